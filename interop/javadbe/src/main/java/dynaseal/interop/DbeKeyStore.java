package dynaseal.interop;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.Map;
import software.amazon.cryptography.dbencryptionsdk.dynamodb.DynamoDbEncryption;
import software.amazon.cryptography.dbencryptionsdk.dynamodb.IDynamoDbKeyBranchKeyIdSupplier;
import software.amazon.cryptography.dbencryptionsdk.dynamodb.model.CreateDynamoDbEncryptionBranchKeyIdSupplierInput;
import software.amazon.cryptography.dbencryptionsdk.dynamodb.model.DynamoDbEncryptionConfig;
import software.amazon.cryptography.dbencryptionsdk.dynamodb.model.GetBranchKeyIdFromDdbKeyOutput;
import software.amazon.cryptography.keystore.KeyStore;
import software.amazon.cryptography.keystore.model.CreateKeyInput;
import software.amazon.cryptography.keystore.model.CreateKeyStoreInput;
import software.amazon.cryptography.keystore.model.Discovery;
import software.amazon.cryptography.keystore.model.GetActiveBranchKeyInput;
import software.amazon.cryptography.keystore.model.KMSConfiguration;
import software.amazon.cryptography.keystore.model.KeyStoreConfig;
import software.amazon.cryptography.keystore.model.MRDiscovery;
import software.amazon.cryptography.keystore.model.VersionKeyInput;
import software.amazon.cryptography.materialproviders.IBranchKeyIdSupplier;
import software.amazon.cryptography.materialproviders.IKeyring;
import software.amazon.cryptography.materialproviders.MaterialProviders;
import software.amazon.cryptography.materialproviders.model.CreateAwsKmsHierarchicalKeyringInput;

/** The table of branch keys that a keyring of type hierarchy names, and that keyring. */
final class DbeKeyStore {
  /** How long a branch key is cached, in seconds. Every request makes its keyring anew. */
  private static final long TTL = 60;

  private final KeyStore store;
  private final JsonNode keyring;

  DbeKeyStore(DbeServers servers, JsonNode keyring) throws ConfigException {
    if (!keyring.path("type").asText().equals("hierarchy")) {
      throw new ConfigException("only a hierarchical keyring has a table of keys");
    }
    this.keyring = keyring;
    JsonNode named = keyring.path("store");
    String key = named.path("key").asText();
    String mode = named.path("mode").asText("strict");
    String region = servers.region(named.get("region"));
    var kms = KMSConfiguration.builder();
    switch (mode) {
      case "strict" -> kms.kmsKeyArn(key);
      case "mrk" -> kms.kmsMRKeyArn(key);
      case "discovery" -> kms.discovery(Discovery.builder().build());
      case "mrk-discovery" -> kms.mrDiscovery(MRDiscovery.builder().region(region).build());
      default -> throw new ConfigException("no mode " + mode);
    }
    store =
        KeyStore.builder()
            .KeyStoreConfig(
                KeyStoreConfig.builder()
                    .ddbTableName(named.path("table").asText())
                    .logicalKeyStoreName(named.path("logicalName").asText())
                    .kmsConfiguration(kms.build())
                    .ddbClient(servers.dynamoDb())
                    .kmsClient(key.isEmpty() ? servers.kms(region) : servers.kmsOf(key))
                    .build())
            .build();
  }

  void createTable() {
    store.CreateKeyStore(CreateKeyStoreInput.builder().build());
  }

  /** Makes the branch key of the keyring, and returns its version. */
  String createKey(JsonNode context) {
    Map<String, String> entries = new HashMap<>();
    for (var fields = context.fields(); fields.hasNext(); ) {
      var field = fields.next();
      entries.put(field.getKey(), field.getValue().asText());
    }
    store.CreateKey(CreateKeyInput.builder().branchKeyIdentifier(branchKeyId()).encryptionContext(entries).build());
    return active();
  }

  /** Makes the next version of the branch key of the keyring, and returns it. */
  String rotate() {
    store.VersionKey(VersionKeyInput.builder().branchKeyIdentifier(branchKeyId()).build());
    return active();
  }

  private String branchKeyId() {
    return keyring.path("branchKeyId").asText();
  }

  private String active() {
    var input = GetActiveBranchKeyInput.builder().branchKeyIdentifier(branchKeyId()).build();
    return store.GetActiveBranchKey(input).branchKeyMaterials().branchKeyVersion();
  }

  IKeyring keyring(MaterialProviders providers, String partitionKey) {
    var input = CreateAwsKmsHierarchicalKeyringInput.builder().keyStore(store).ttlSeconds(TTL);
    if (keyring.has("branchKeyIds")) {
      input.branchKeyIdSupplier(supplier(keyring.get("branchKeyIds"), partitionKey));
    } else {
      input.branchKeyId(branchKeyId());
    }
    return providers.CreateAwsKmsHierarchicalKeyring(input.build());
  }

  private static IBranchKeyIdSupplier supplier(JsonNode ids, String partitionKey) {
    IDynamoDbKeyBranchKeyIdSupplier byKey =
        input ->
            GetBranchKeyIdFromDdbKeyOutput.builder()
                .branchKeyId(ids.path(input.ddbKey().get(partitionKey).s()).asText())
                .build();
    return DynamoDbEncryption.builder()
        .DynamoDbEncryptionConfig(DynamoDbEncryptionConfig.builder().build())
        .build()
        .CreateDynamoDbEncryptionBranchKeyIdSupplier(
            CreateDynamoDbEncryptionBranchKeyIdSupplierInput.builder().ddbKeyBranchKeyIdSupplier(byKey).build())
        .branchKeyIdSupplier();
  }
}
