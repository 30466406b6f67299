package dynaseal.interop;

import com.amazonaws.services.dynamodbv2.datamodeling.encryption.DynamoDBEncryptor;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.providers.CachingMostRecentProvider;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.providers.DirectKmsMaterialProvider;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.providers.EncryptionMaterialsProvider;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.providers.store.MetaStore;
import com.amazonaws.services.dynamodbv2.model.ProvisionedThroughput;
import com.fasterxml.jackson.databind.JsonNode;

/** Makes the client's providers from the protocol's: those whose keys KMS or a table holds, and all others. */
final class RemoteProviders {
  /** How long a version is thought the newest, in milliseconds. Every request makes its provider anew. */
  private static final long TTL = 60_000;

  private static final ProvisionedThroughput THROUGHPUT = new ProvisionedThroughput(10L, 10L);

  private final Servers servers;
  private final Providers local;

  RemoteProviders(Keys keys, Servers servers, String prefix) {
    this.servers = servers;
    local = new Providers(keys, prefix);
  }

  EncryptionMaterialsProvider make(JsonNode provider) throws ConfigException {
    return switch (provider.path("type").asText()) {
      case "direct-kms" -> {
        String key = provider.path("key").asText();
        yield new DirectKmsMaterialProvider(servers.kms(key), key, Providers.description(provider));
      }
      case "most-recent" -> {
        MetaStore store = store(provider);
        String name = provider.path("materialName").asText();
        yield provider.has("version")
            ? store.getProvider(name, provider.get("version").asLong())
            : new CachingMostRecentProvider(store, name, TTL);
      }
      default -> local.make(provider);
    };
  }

  /** The store of a provider of type most-recent. */
  private MetaStore store(JsonNode provider) throws ConfigException {
    JsonNode store = provider.path("metastore");
    DynamoDBEncryptor encryptor = DynamoDBEncryptor.getInstance(make(store.path("provider")));
    return new MetaStore(servers.dynamoDB(), table(provider), encryptor);
  }

  private static String table(JsonNode provider) throws ConfigException {
    if (!provider.path("type").asText().equals("most-recent")) {
      throw new ConfigException("only a most recent provider has a table of keys");
    }
    return provider.path("metastore").path("table").asText();
  }

  void createStore(JsonNode provider) throws ConfigException {
    MetaStore.createTable(servers.dynamoDB(), table(provider), THROUGHPUT);
  }

  /** Makes the next version of the material, the first where there is none, and returns its number. */
  long rotate(JsonNode provider) throws ConfigException {
    MetaStore store = store(provider);
    String name = provider.path("materialName").asText();
    store.newProvider(name);
    return store.getMaxVersion(name);
  }
}
