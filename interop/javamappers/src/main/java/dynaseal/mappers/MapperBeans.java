package dynaseal.mappers;

import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBAttribute;
import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBConvertedBool;
import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBDelimited;
import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBDocument;
import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBFlattened;
import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBHashKey;
import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBMapperFieldModel.DynamoDBAttributeType;
import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBNativeBoolean;
import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBTable;
import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBTypeConvertedEnum;
import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBTypeConvertedEpochDate;
import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBTypeConvertedJson;
import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBTypeConvertedTimestamp;
import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBTyped;
import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBVersionAttribute;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.net.URL;
import java.nio.ByteBuffer;
import java.util.Calendar;
import java.util.Currency;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TimeZone;
import java.util.UUID;
import lombok.Data;
import org.joda.time.DateTime;

/** Beans of DynamoDBMapper, AWS SDK for Java 1. Every property is a convention. */
public final class MapperBeans {
  private MapperBeans() {}

  public enum Size {
    SMALL,
    LARGE
  }

  @Data
  @DynamoDBTable(tableName = "mappers")
  public static class Scalars {
    @DynamoDBHashKey private String id;
    private String text;
    private Character letter;
    private boolean flag;
    private Boolean boxedFlag;
    private @DynamoDBNativeBoolean boolean nativeFlag;
    private @DynamoDBTyped(DynamoDBAttributeType.BOOL) Boolean typedFlag;
    private @DynamoDBConvertedBool(DynamoDBConvertedBool.Format.Y_N) Boolean yesNo;
    private @DynamoDBConvertedBool(DynamoDBConvertedBool.Format.true_false) Boolean trueFalse;
    private byte tiny;
    private short small;
    private int number;
    private Integer boxedNumber;
    private long big;
    private float single;
    private double real;
    private BigInteger bigInteger;
    private BigDecimal bigDecimal;
    private @DynamoDBTyped(DynamoDBAttributeType.S) Integer numberAsText;
    private byte[] bytes;
    private ByteBuffer buffer;
    private UUID uuid;
    private @DynamoDBTypeConvertedEnum Size size;
    private @DynamoDBTyped(DynamoDBAttributeType.S) Size typedSize;
    private Currency currency;
    private Locale locale;
    private TimeZone timeZone;
    private URI uri;
    private URL url;
  }

  @Data
  @DynamoDBTable(tableName = "mappers")
  public static class Times {
    @DynamoDBHashKey private String id;
    private Date date;
    private Calendar calendar;
    private @DynamoDBTyped(DynamoDBAttributeType.S) DateTime dateTime;
    private @DynamoDBTypeConvertedEpochDate Date epochDate;
    private @DynamoDBTypeConvertedEpochDate Calendar epochCalendar;
    private @DynamoDBTypeConvertedTimestamp Date stamp;
    private @DynamoDBTypeConvertedTimestamp(timeZone = "America/New_York") Date stampInZone;
    private @DynamoDBTypeConvertedTimestamp(pattern = "yyyy-MM-dd HH:mm:ss.SSS", timeZone = "UTC") Date patterned;
    private Set<Date> dateSet;
    private List<Date> dateList;
  }

  @Data
  @DynamoDBTable(tableName = "mappers")
  public static class Sets {
    @DynamoDBHashKey private String id;
    private Set<String> texts;
    private Set<Integer> numbers;
    private Set<BigDecimal> decimals;
    private Set<byte[]> bytes;
    private Set<ByteBuffer> buffers;
    private Set<Boolean> flags;
    private Set<UUID> uuids;
  }

  @Data
  @DynamoDBDocument
  public static class Address {
    private String street;
    private String unit;
    private boolean verified;
    private Date since;
    private Set<String> labels;
  }

  @Data
  public static class Span {
    private Integer low;
    private Integer high;
  }

  @Data
  public static class Note {
    private String text;
    private int stars;
    private List<String> labels;
  }

  @Data
  @DynamoDBTable(tableName = "mappers")
  public static class Documents {
    @DynamoDBHashKey private String id;
    private Address address;
    private List<Address> addressList;
    private Map<String, Address> addressMap;
    private List<String> texts;
    private List<List<Integer>> matrix;
    private Map<String, String> textMap;
    private Map<String, Set<String>> setMap;
    private Map<String, Boolean> flagMap;

    @DynamoDBFlattened(
        attributes = {
          @DynamoDBAttribute(mappedBy = "low", attributeName = "lowest"),
          @DynamoDBAttribute(mappedBy = "high", attributeName = "highest")
        })
    private Span span;

    private @DynamoDBTypeConvertedJson Note json;
    private @DynamoDBDelimited(attributeNames = {"low", "high"}, delimiter = '-') Span delimited;
  }

  /** What the conversion schemas store differently. */
  @Data
  @DynamoDBTable(tableName = "mappers")
  public static class Schemas {
    @DynamoDBHashKey private String id;
    private boolean flag;
    private Boolean boxedFlag;
    private Set<Boolean> flagSet;
    private Set<String> textSet;
    private Set<Integer> numberSet;
  }

  /** The same in lists, maps and documents, which the first schema does not have. */
  @Data
  @DynamoDBTable(tableName = "mappers")
  public static class SchemaDocuments {
    @DynamoDBHashKey private String id;
    private List<Boolean> flagList;
    private Map<String, Boolean> flagMap;
    private Address document;
  }

  @Data
  @DynamoDBTable(tableName = "mappers")
  public static class Versions {
    @DynamoDBHashKey private String id;
    private @DynamoDBVersionAttribute Long version;
    private String text;
  }
}
