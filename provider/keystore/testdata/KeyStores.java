import com.amazonaws.services.dynamodbv2.datamodeling.encryption.DynamoDBEncryptor;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.EncryptionContext;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.EncryptionFlags;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.providers.KeyStoreMaterialsProvider;
import com.amazonaws.services.dynamodbv2.model.AttributeValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.nio.ByteBuffer;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Encrypts or decrypts an item by AWS's KeyStoreMaterialsProvider, from standard input to standard output:
 * KeyStores encrypt|decrypt FILE WRAPPASSWORD SIGNPASSWORD. The aliases are wrap and sign.
 */
public class KeyStores {
  public static void main(String[] args) throws Exception {
    KeyStore store = KeyStore.getInstance(new File(args[1]), "store password".toCharArray());
    Map<String, String> description = new HashMap<>();
    description.put("made", "for a test");
    var keys =
        new KeyStoreMaterialsProvider(
            store,
            "wrap",
            "sign",
            new KeyStore.PasswordProtection(args[2].toCharArray()),
            new KeyStore.PasswordProtection(args[3].toCharArray()),
            description);
    DynamoDBEncryptor encryptor = DynamoDBEncryptor.getInstance(keys);
    EncryptionContext context =
        new EncryptionContext.Builder().withTableName("visits").withHashKeyName("patient").build();
    Map<String, Set<EncryptionFlags>> actions = new HashMap<>();
    actions.put("patient", EnumSet.of(EncryptionFlags.SIGN));
    actions.put("name", EnumSet.of(EncryptionFlags.ENCRYPT, EncryptionFlags.SIGN));
    actions.put("ward", EnumSet.of(EncryptionFlags.SIGN));
    var item = parse(new ObjectMapper().readTree(System.in));
    var result =
        args[0].equals("encrypt")
            ? encryptor.encryptRecord(item, actions, context)
            : encryptor.decryptRecord(item, actions, context);
    System.out.println(print(result));
  }

  static ObjectNode print(Map<String, AttributeValue> item) {
    ObjectNode json = new ObjectMapper().createObjectNode();
    item.forEach(
        (name, v) -> {
          if (v.getS() != null) {
            json.putObject(name).put("S", v.getS());
          } else {
            json.putObject(name).put("B", v.getB().array());
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
      } else {
        value.setB(ByteBuffer.wrap(v.get("B").binaryValue()));
      }
      item.put(name, value);
    }
    return item;
  }
}
