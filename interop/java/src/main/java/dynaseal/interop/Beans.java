package dynaseal.interop;

import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBDocument;
import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBHashKey;
import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBIndexHashKey;
import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBRangeKey;
import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBTable;
import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBVersionAttribute;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.DoNotEncrypt;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.DoNotTouch;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.HandleUnknownAttributes;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.TableAadOverride;
import java.util.List;
import java.util.Set;

/**
 * Items of one table under each of the client's annotations. Those on classes are not inherited, those on getters are.
 */
public final class Beans {
  private Beans() {}

  static Class<?> named(String name) throws ConfigException {
    for (Class<?> bean : Beans.class.getDeclaredClasses()) {
      if (bean.getSimpleName().equals(name) && bean.isAnnotationPresent(DynamoDBTable.class)) {
        return bean;
      }
    }
    throw new ConfigException("no bean " + name);
  }

  /** The keys and the version: signed. Getters of a class without @DynamoDBTable would not count. */
  @DynamoDBTable(tableName = "-")
  public abstract static class Keyed {
    private String patient;
    private Long at;
    private Long version;

    @DynamoDBHashKey
    public String getPatient() {
      return patient;
    }

    public void setPatient(String patient) {
      this.patient = patient;
    }

    @DynamoDBRangeKey
    public Long getAt() {
      return at;
    }

    public void setAt(Long at) {
      this.at = at;
    }

    @DynamoDBVersionAttribute
    public Long getVersion() {
      return version;
    }

    public void setVersion(Long version) {
      this.version = version;
    }
  }

  /** And one text. */
  @DynamoDBTable(tableName = "-")
  public abstract static class Named extends Keyed {
    private String name;

    public String getName() {
      return name;
    }

    public void setName(String name) {
      this.name = name;
    }
  }

  /** No annotation: all but keys and version is encrypted. */
  @DynamoDBTable(tableName = "-")
  public static class Visit extends Named {
    private Boolean urgent;
    private byte[] photo;
    private List<String> notes;
    private Set<String> tags;
    private Address address;

    public Boolean getUrgent() {
      return urgent;
    }

    public void setUrgent(Boolean urgent) {
      this.urgent = urgent;
    }

    public byte[] getPhoto() {
      return photo;
    }

    public void setPhoto(byte[] photo) {
      this.photo = photo;
    }

    public List<String> getNotes() {
      return notes;
    }

    public void setNotes(List<String> notes) {
      this.notes = notes;
    }

    public Set<String> getTags() {
      return tags;
    }

    public void setTags(Set<String> tags) {
      this.tags = tags;
    }

    public Address getAddress() {
      return address;
    }

    public void setAddress(Address address) {
      this.address = address;
    }
  }

  /** A document is one attribute: what its getters say is ignored. */
  @DynamoDBDocument
  public static class Address {
    private String street;
    private Integer floor;

    @DoNotTouch
    public String getStreet() {
      return street;
    }

    public void setStreet(String street) {
      this.street = street;
    }

    public Integer getFloor() {
      return floor;
    }

    public void setFloor(Integer floor) {
      this.floor = floor;
    }
  }

  /** Annotated getters. The key of an index would be encrypted without. */
  @DynamoDBTable(tableName = "-")
  public static class AnnotatedGetters extends Named {
    private String ward;
    private Integer seen;

    @DoNotEncrypt
    @DynamoDBIndexHashKey(globalSecondaryIndexName = "by-ward")
    public String getWard() {
      return ward;
    }

    public void setWard(String ward) {
      this.ward = ward;
    }

    @DoNotTouch
    public Integer getSeen() {
      return seen;
    }

    public void setSeen(Integer seen) {
      this.seen = seen;
    }
  }

  /** Annotated fields. DoNotTouch wins. */
  @DynamoDBTable(tableName = "-")
  public static class AnnotatedFields extends Named {
    @DoNotEncrypt private String ward;
    @DoNotEncrypt @DoNotTouch private Integer seen;

    public String getWard() {
      return ward;
    }

    public void setWard(String ward) {
      this.ward = ward;
    }

    public Integer getSeen() {
      return seen;
    }

    public void setSeen(Integer seen) {
      this.seen = seen;
    }
  }

  /** All signed. */
  @DoNotEncrypt
  @DynamoDBTable(tableName = "-")
  public static class SignedClass extends Named {}

  /** Nothing protected: the item has no marks. */
  @DoNotTouch
  @DynamoDBTable(tableName = "-")
  public static class UntouchedClass extends Named {}

  /** A key that nothing protects, and with it an item that can be moved. */
  @DynamoDBTable(tableName = "-")
  public static class UnsignedKey extends Named {
    @Override
    @DoNotTouch
    @DynamoDBRangeKey
    public Long getAt() {
      return super.getAt();
    }
  }

  /** Attributes that it lacks are taken for encrypted. */
  @HandleUnknownAttributes
  @DynamoDBTable(tableName = "-")
  public static class UnknownEncrypted extends Named {}

  /** Attributes that it lacks are taken for signed. */
  @HandleUnknownAttributes
  @DoNotEncrypt
  @DynamoDBTable(tableName = "-")
  public static class UnknownSigned extends Named {}

  /** Attributes that it lacks are passed over. */
  @DynamoDBTable(tableName = "-")
  public static class UnknownIgnored extends Named {}

  /** Signed for another table. */
  @TableAadOverride(tableName = "visits-of-2019")
  @DynamoDBTable(tableName = "-")
  public static class OtherTable extends Named {}
}
