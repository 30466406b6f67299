package dynaseal.interop;

import com.amazonaws.services.dynamodbv2.datamodeling.encryption.DynamoDBEncryptor;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.EncryptionContext;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.EncryptionFlags;
import com.amazonaws.services.dynamodbv2.model.AttributeValue;
import com.fasterxml.jackson.databind.JsonNode;
import java.security.GeneralSecurityException;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** What a case describes, ready for any number of items. */
final class Case {
  private static final String DEFAULT_PREFIX = "amzn-ddb-map-";

  private final DynamoDBEncryptor encryptor;
  private final EncryptionContext context;
  private final Map<String, Set<EncryptionFlags>> actions = new HashMap<>();
  private final Set<EncryptionFlags> defaultAction;
  private final Set<String> marks;

  Case(Keys keys, Servers servers, JsonNode json) throws ConfigException {
    encryptor = encryptor(providers(keys, servers, json), json);
    marks = Set.of(encryptor.getSignatureFieldName(), encryptor.getMaterialDescriptionFieldName());
    context =
        new EncryptionContext.Builder()
            .withTableName(json.path("logicalTableName").asText())
            .withHashKeyName(json.path("partitionKey").asText())
            .withRangeKeyName(json.path("sortKey").asText(null))
            .build();
    for (var fields = json.path("actions").fields(); fields.hasNext(); ) {
      var field = fields.next();
      actions.put(field.getKey(), flags(field.getValue().asText()));
    }
    defaultAction = flags(json.path("defaultAction").asText("DO_NOTHING"));
  }

  /** What makes the providers of a case. */
  static RemoteProviders providers(Keys keys, Servers servers, JsonNode json) {
    return new RemoteProviders(keys, servers, prefix(json));
  }

  private static String prefix(JsonNode json) {
    return json.path("descriptionPrefix").asText(DEFAULT_PREFIX);
  }

  /** The encryptor of a case, which is not for any table. */
  static DynamoDBEncryptor encryptor(RemoteProviders providers, JsonNode json) throws ConfigException {
    if (!json.path("dialect").asText("java").equals("java")) {
      throw new ConfigException("this client writes its own dialect only");
    }
    DynamoDBEncryptor encryptor =
        DynamoDBEncryptor.getInstance(providers.make(json.path("provider")), prefix(json));
    if (json.has("signatureFieldName")) {
      encryptor.setSignatureFieldName(json.get("signatureFieldName").asText());
    }
    if (json.has("materialDescriptionFieldName")) {
      encryptor.setMaterialDescriptionFieldName(json.get("materialDescriptionFieldName").asText());
    }
    return encryptor;
  }

  private static Set<EncryptionFlags> flags(String action) throws ConfigException {
    return switch (action) {
      case "ENCRYPT_AND_SIGN" -> EnumSet.of(EncryptionFlags.ENCRYPT, EncryptionFlags.SIGN);
      case "SIGN_ONLY" -> EnumSet.of(EncryptionFlags.SIGN);
      case "DO_NOTHING" -> EnumSet.noneOf(EncryptionFlags.class);
      default -> throw new ConfigException("this client has no action " + action);
    };
  }

  Map<String, AttributeValue> encrypt(Map<String, AttributeValue> item) throws GeneralSecurityException {
    return encryptor.encryptRecord(item, flagsOf(item), context);
  }

  Map<String, AttributeValue> decrypt(Map<String, AttributeValue> item) throws GeneralSecurityException {
    return encryptor.decryptRecord(item, flagsOf(item), context);
  }

  /** What a benchmark repeats. */
  interface Operation {
    void run() throws GeneralSecurityException;
  }

  /** Encrypts item with flags that were made before, as its users keep them. */
  Operation encryption(Map<String, AttributeValue> item) {
    Map<String, Set<EncryptionFlags>> flags = flagsOf(item);
    return () -> encryptor.encryptRecord(item, flags, context);
  }

  Operation decryption(Map<String, AttributeValue> stored) {
    Map<String, Set<EncryptionFlags>> flags = flagsOf(stored);
    return () -> encryptor.decryptRecord(stored, flags, context);
  }

  /** The client leaves alone what the map lacks, so a default action is given to every name of the item. */
  private Map<String, Set<EncryptionFlags>> flagsOf(Map<String, AttributeValue> item) {
    Map<String, Set<EncryptionFlags>> all = new HashMap<>(actions);
    for (String name : item.keySet()) {
      if (!marks.contains(name)) {
        all.putIfAbsent(name, defaultAction);
      }
    }
    return all;
  }
}
