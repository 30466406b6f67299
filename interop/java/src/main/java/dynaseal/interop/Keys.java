package dynaseal.interop;

import com.fasterxml.jackson.databind.JsonNode;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/** The keys of the setup request, pairs parsed once. */
final class Keys {
  private final Map<String, byte[]> symmetric = new HashMap<>();
  private final Map<String, KeyPair> pairs = new HashMap<>();

  Keys(JsonNode keys) throws ConfigException, GeneralSecurityException {
    for (var fields = keys.fields(); fields.hasNext(); ) {
      var field = fields.next();
      JsonNode key = field.getValue();
      String type = key.path("type").asText();
      switch (type) {
        case "aes", "hmac" -> symmetric.put(field.getKey(), Base64.getDecoder().decode(key.path("material").asText()));
        case "rsa", "ec" -> pairs.put(field.getKey(), pair(type.toUpperCase(), key));
        default -> throw new ConfigException("no key type " + type);
      }
    }
  }

  private static KeyPair pair(String algorithm, JsonNode key) throws GeneralSecurityException {
    KeyFactory factory = KeyFactory.getInstance(algorithm);
    PublicKey open = null;
    PrivateKey secret = null;
    if (key.hasNonNull("publicDer")) {
      open = factory.generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(key.get("publicDer").asText())));
    }
    if (key.hasNonNull("privateDer")) {
      secret =
          factory.generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(key.get("privateDer").asText())));
    }
    return new KeyPair(open, secret);
  }

  boolean isPair(String name) {
    return pairs.containsKey(name);
  }

  SecretKey secret(String name, String algorithm) throws ConfigException {
    byte[] material = symmetric.get(name);
    if (material == null) {
      throw new ConfigException("no symmetric key " + name + " in the setup");
    }
    return new SecretKeySpec(material, algorithm);
  }

  KeyPair pair(String name) throws ConfigException {
    KeyPair pair = pairs.get(name);
    if (pair == null) {
      throw new ConfigException("no key pair " + name + " in the setup");
    }
    return pair;
  }
}
