package dynaseal.interop;

import com.amazonaws.services.dynamodbv2.datamodeling.encryption.providers.AsymmetricStaticProvider;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.providers.EncryptionMaterialsProvider;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.providers.SymmetricStaticProvider;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.providers.WrappedMaterialsProvider;
import com.fasterxml.jackson.databind.JsonNode;
import java.security.Key;
import java.security.KeyPair;
import java.util.HashMap;
import java.util.Map;
import javax.crypto.SecretKey;

/** Makes the client's providers from the protocol's. */
final class Providers {
  private static final String DEFAULT_PAIR_ALGORITHM = "SHA256withRSA";

  private final Keys keys;
  private final String prefix;

  Providers(Keys keys, String prefix) {
    this.keys = keys;
    this.prefix = prefix;
  }

  EncryptionMaterialsProvider make(JsonNode provider) throws ConfigException {
    Map<String, String> description = description(provider);
    String type = provider.path("type").asText();
    String sign = provider.path("sign").path("key").asText();
    String algorithm = provider.path("sign").path("algorithm").asText(null);
    if (!keys.isPair(sign)) {
      SecretKey mac = keys.secret(sign, algorithm == null ? "HmacSHA256" : algorithm);
      return switch (type) {
        case "static" -> new SymmetricStaticProvider(encryptionKey(provider), mac, description);
        case "wrapped" -> new WrappedMaterialsProvider(wrap(provider), unwrap(provider), mac, description);
        case "asymmetric-static" -> new AsymmetricStaticProvider(wrapPair(provider), mac, description);
        default -> throw new ConfigException("no provider " + type + " in this driver");
      };
    }
    if (algorithm != null && !algorithm.equals(DEFAULT_PAIR_ALGORITHM)) {
      description.put(prefix + "signingAlg", algorithm); // the client's only way to name one
    }
    KeyPair pair = keys.pair(sign);
    return switch (type) {
      case "static" -> new SymmetricStaticProvider(encryptionKey(provider), pair, description);
      case "wrapped" -> new WrappedMaterialsProvider(wrap(provider), unwrap(provider), pair, description);
      case "asymmetric-static" -> new AsymmetricStaticProvider(wrapPair(provider), pair, description);
      default -> throw new ConfigException("no provider " + type + " in this driver");
    };
  }

  /** The entries that the provider is given. */
  static Map<String, String> description(JsonNode provider) {
    Map<String, String> description = new HashMap<>();
    for (var fields = provider.path("description").fields(); fields.hasNext(); ) {
      var field = fields.next();
      description.put(field.getKey(), field.getValue().asText());
    }
    return description;
  }

  private SecretKey encryptionKey(JsonNode provider) throws ConfigException {
    String name = provider.path("encrypt").asText(null);
    return name == null ? null : keys.secret(name, "AES");
  }

  private KeyPair wrapPair(JsonNode provider) throws ConfigException {
    return keys.pair(provider.path("wrap").asText());
  }

  private Key wrap(JsonNode provider) throws ConfigException {
    String name = provider.path("wrap").asText();
    return keys.isPair(name) ? keys.pair(name).getPublic() : keys.secret(name, "AES");
  }

  private Key unwrap(JsonNode provider) throws ConfigException {
    String name = provider.path("wrap").asText();
    return keys.isPair(name) ? keys.pair(name).getPrivate() : keys.secret(name, "AES");
  }
}
