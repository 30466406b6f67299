import com.amazonaws.services.dynamodbv2.AbstractAmazonDynamoDB;
import com.amazonaws.services.dynamodbv2.datamodeling.AttributeEncryptor;
import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBHashKey;
import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBMapper;
import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBMapperConfig;
import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBMapperConfig.SaveBehavior;
import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBRangeKey;
import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBTable;
import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBVersionAttribute;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.DoNotEncrypt;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.DoNotTouch;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.DynamoDBEncryptor;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.providers.WrappedMaterialsProvider;
import com.amazonaws.services.dynamodbv2.model.AttributeValue;
import com.amazonaws.services.dynamodbv2.model.GetItemRequest;
import com.amazonaws.services.dynamodbv2.model.GetItemResult;
import com.amazonaws.services.dynamodbv2.model.PutItemRequest;
import com.amazonaws.services.dynamodbv2.model.PutItemResult;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import javax.crypto.spec.SecretKeySpec;

/**
 * The Java service of the example. "write" prints the item that DynamoDBMapper puts, "read" reads such an item from
 * standard input and prints the bean.
 */
public class Visits {
  @DynamoDBTable(tableName = "visits")
  public static class Visit {
    private String patient;
    private Date at;
    private String name;
    private String ward;
    private Set<String> notes;
    private Date born;
    private boolean insured;
    private BigDecimal fee;
    private int seen;
    private Long version;

    @DynamoDBHashKey public String getPatient() { return patient; }
    public void setPatient(String v) { patient = v; }
    @DynamoDBRangeKey public Date getAt() { return at; }
    public void setAt(Date v) { at = v; }
    public String getName() { return name; }
    public void setName(String v) { name = v; }
    @DoNotEncrypt public String getWard() { return ward; }
    public void setWard(String v) { ward = v; }
    public Set<String> getNotes() { return notes; }
    public void setNotes(Set<String> v) { notes = v; }
    public Date getBorn() { return born; }
    public void setBorn(Date v) { born = v; }
    public boolean isInsured() { return insured; }
    public void setInsured(boolean v) { insured = v; }
    public BigDecimal getFee() { return fee; }
    public void setFee(BigDecimal v) { fee = v; }
    @DoNotTouch public int getSeen() { return seen; }
    public void setSeen(int v) { seen = v; }
    @DynamoDBVersionAttribute public Long getVersion() { return version; }
    public void setVersion(Long v) { version = v; }
  }

  /** Answers with one item and takes one. */
  static class Client extends AbstractAmazonDynamoDB {
    Map<String, AttributeValue> item;

    @Override public PutItemResult putItem(PutItemRequest request) {
      item = request.getItem();
      return new PutItemResult();
    }

    @Override public GetItemResult getItem(GetItemRequest request) {
      return new GetItemResult().withItem(item);
    }
  }

  public static void main(String[] args) throws Exception {
    byte[] wrap = new byte[32];
    byte[] mac = new byte[32];
    for (int i = 0; i < 32; i++) {
      wrap[i] = (byte) i;
      mac[i] = (byte) (32 + i);
    }
    SecretKeySpec aes = new SecretKeySpec(wrap, "AES");
    WrappedMaterialsProvider keys = new WrappedMaterialsProvider(aes, aes, new SecretKeySpec(mac, "HmacSHA256"));
    Client client = new Client();
    DynamoDBMapper mapper =
        new DynamoDBMapper(
            client,
            DynamoDBMapperConfig.builder().withSaveBehavior(SaveBehavior.PUT).build(),
            new AttributeEncryptor(DynamoDBEncryptor.getInstance(keys)));

    Date at = Date.from(Instant.parse("2026-11-24T09:30:00Z"));
    if (args[0].equals("read")) {
      client.item = parse(new ObjectMapper().readTree(System.in));
      Visit v = mapper.load(Visit.class, "p-17", at);
      System.out.printf(
          "%s %s %s %s %s %s %s %s %s %s%n",
          v.getPatient(), v.getAt().toInstant(), v.getName(), v.getWard(), new TreeSet<>(v.getNotes()), v.getBorn().toInstant(),
          v.isInsured(), v.getFee(), v.getSeen(), v.getVersion());
      return;
    }
    Visit v = new Visit();
    v.setPatient("p-17");
    v.setAt(at);
    v.setName("Ada Lovelace");
    v.setWard("3B");
    v.setNotes(Set.of("allergic to penicillin", "prefers mornings"));
    v.setBorn(Date.from(Instant.parse("1985-12-10T00:00:00Z")));
    v.setInsured(true);
    v.setFee(new BigDecimal("19.95"));
    v.setSeen(2);
    mapper.save(v);
    System.out.println(new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(print(client.item)));
  }

  /** DynamoDB JSON of the types that the item has. */
  static ObjectNode print(Map<String, AttributeValue> item) {
    ObjectNode json = new ObjectMapper().createObjectNode();
    item.forEach(
        (name, v) -> {
          ObjectNode value = json.putObject(name);
          if (v.getS() != null) {
            value.put("S", v.getS());
          } else if (v.getN() != null) {
            value.put("N", v.getN());
          } else {
            value.put("B", v.getB().array());
          }
        });
    return json;
  }

  static Map<String, AttributeValue> parse(JsonNode json) throws Exception {
    Map<String, AttributeValue> item = new HashMap<>();
    List<String> names = new ArrayList<>();
    json.fieldNames().forEachRemaining(names::add);
    for (String name : names) {
      JsonNode v = json.get(name);
      AttributeValue value = new AttributeValue();
      if (v.has("S")) {
        value.setS(v.get("S").asText());
      } else if (v.has("N")) {
        value.setN(v.get("N").asText());
      } else {
        value.setB(ByteBuffer.wrap(v.get("B").binaryValue()));
      }
      item.put(name, value);
    }
    return item;
  }
}
