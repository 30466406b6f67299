package dynaseal.interop;

import com.amazonaws.services.dynamodbv2.datamodeling.encryption.DynamoDBEncryptor;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.cryptography.dbencryptionsdk.dynamodb.itemencryptor.DynamoDbItemEncryptor;
import software.amazon.cryptography.dbencryptionsdk.dynamodb.itemencryptor.model.DecryptItemInput;
import software.amazon.cryptography.dbencryptionsdk.dynamodb.itemencryptor.model.DynamoDbItemEncryptorConfig;
import software.amazon.cryptography.dbencryptionsdk.dynamodb.itemencryptor.model.EncryptItemInput;
import software.amazon.cryptography.dbencryptionsdk.dynamodb.model.LegacyOverride;
import software.amazon.cryptography.dbencryptionsdk.dynamodb.model.LegacyPolicy;
import software.amazon.cryptography.dbencryptionsdk.dynamodb.model.PlaintextOverride;
import software.amazon.cryptography.dbencryptionsdk.structuredencryption.model.CryptoAction;
import software.amazon.cryptography.materialproviders.IKeyring;
import software.amazon.cryptography.materialproviders.model.DBEAlgorithmSuiteId;

/** What a case describes. */
final class DbeCase {
  private static final String LEGACY_PREFIX = "amzn-ddb-map-";

  private final Keys keys;
  private final JsonNode json;
  private final DbeKeyrings keyrings;

  DbeCase(Keys keys, DbeServers servers, JsonNode json) {
    this.keys = keys;
    this.json = json;
    keyrings = new DbeKeyrings(keys, servers, json.path("partitionKey").asText());
  }

  DynamoDbItemEncryptor writer() throws ConfigException {
    return encryptor(keyrings.make(json.path("keyring")));
  }

  DynamoDbItemEncryptor reader() throws ConfigException {
    return encryptor(keyrings.make(json.has("decryptKeyring") ? json.get("decryptKeyring") : json.path("keyring")));
  }

  private DynamoDbItemEncryptor encryptor(IKeyring keyring) throws ConfigException {
    var config =
        DynamoDbItemEncryptorConfig.builder()
            .logicalTableName(json.path("logicalTableName").asText())
            .partitionKeyName(json.path("partitionKey").asText())
            .attributeActionsOnEncrypt(actions(json.path("actions")))
            .algorithmSuiteId(suite())
            .keyring(keyring);
    if (json.hasNonNull("sortKey")) {
      config.sortKeyName(json.get("sortKey").asText());
    }
    List<String> unsigned = new ArrayList<>();
    json.path("allowedUnsigned").forEach(name -> unsigned.add(name.asText()));
    if (!unsigned.isEmpty()) { // an empty list is refused
      config.allowedUnsignedAttributes(unsigned);
    }
    if (json.hasNonNull("unsignedPrefix")) {
      config.allowedUnsignedAttributePrefix(json.get("unsignedPrefix").asText());
    }
    if (json.hasNonNull("plaintextOverride")) {
      config.plaintextOverride(constant(PlaintextOverride.class, json.get("plaintextOverride")));
    }
    if (json.hasNonNull("legacy")) {
      config.legacyOverride(legacy(json.get("legacy")));
    }
    return DynamoDbItemEncryptor.builder().DynamoDbItemEncryptorConfig(config.build()).build();
  }

  private DBEAlgorithmSuiteId suite() throws ConfigException {
    String suite = json.path("suite").asText("6701");
    return switch (suite) {
      case "6700" -> DBEAlgorithmSuiteId.ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY_SYMSIG_HMAC_SHA384;
      case "6701" -> DBEAlgorithmSuiteId.ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY_ECDSA_P384_SYMSIG_HMAC_SHA384;
      default -> throw new ConfigException("no suite " + suite);
    };
  }

  private static Map<String, CryptoAction> actions(JsonNode json) throws ConfigException {
    Map<String, CryptoAction> actions = new HashMap<>();
    for (var fields = json.fields(); fields.hasNext(); ) {
      var field = fields.next();
      actions.put(field.getKey(), constant(CryptoAction.class, field.getValue()));
    }
    return actions;
  }

  static <E extends Enum<E>> E constant(Class<E> type, JsonNode name) throws ConfigException {
    try {
      return Enum.valueOf(type, name.asText());
    } catch (IllegalArgumentException unknown) {
      throw new ConfigException("no " + type.getSimpleName() + " " + name);
    }
  }

  private LegacyOverride legacy(JsonNode legacy) throws ConfigException {
    return LegacyOverride.builder()
        .policy(constant(LegacyPolicy.class, legacy.path("policy")))
        .encryptor(DynamoDBEncryptor.getInstance(new Providers(keys, LEGACY_PREFIX).make(provider(legacy.path("provider")))))
        .attributeActionsOnEncrypt(actions(legacy.path("actions")))
        .build();
  }

  /** The provider as the ddbec half of the protocol spells it. */
  private static JsonNode provider(JsonNode legacy) throws ConfigException {
    ObjectNode provider = JsonNodeFactory.instance.objectNode();
    String type = legacy.path("type").asText();
    switch (type) {
      case "symmetric" -> provider.put("type", "static").set("encrypt", legacy.get("encryptionKey"));
      case "wrapped" -> provider.put("type", "wrapped").set("wrap", legacy.get("encryptionKey"));
      default -> throw new ConfigException("no legacy provider " + type);
    }
    provider.putObject("sign").set("key", legacy.has("signingKey") ? legacy.get("signingKey") : legacy.get("macKey"));
    return provider;
  }

  static Map<String, AttributeValue> encrypt(DynamoDbItemEncryptor encryptor, Map<String, AttributeValue> item) {
    return encryptor.EncryptItem(EncryptItemInput.builder().plaintextItem(item).build()).encryptedItem();
  }

  static Map<String, AttributeValue> decrypt(DynamoDbItemEncryptor encryptor, Map<String, AttributeValue> item) {
    return encryptor.DecryptItem(DecryptItemInput.builder().encryptedItem(item).build()).plaintextItem();
  }
}
