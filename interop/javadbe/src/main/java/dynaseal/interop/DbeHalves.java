package dynaseal.interop;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.Key;
import java.util.Base64;
import software.amazon.cryptography.primitives.model.ECDHCurveSpec;

/** Halves of the setup's pairs, in the forms that the SDK takes. */
final class DbeHalves {
  private final Keys keys;

  DbeHalves(Keys keys) {
    this.keys = keys;
  }

  ByteBuffer privatePem(JsonNode name) throws ConfigException {
    return pem("PRIVATE KEY", keys.pair(name.asText()).getPrivate());
  }

  ByteBuffer publicPem(JsonNode name) throws ConfigException {
    return pem("PUBLIC KEY", keys.pair(name.asText()).getPublic());
  }

  ByteBuffer publicDer(JsonNode name) throws ConfigException {
    Key half = keys.pair(name.asText()).getPublic();
    if (half == null) {
      throw new ConfigException("the setup lacks the public half of " + name);
    }
    return ByteBuffer.wrap(half.getEncoded());
  }

  static ByteBuffer pem(String label, Key half) throws ConfigException {
    if (half == null) {
      throw new ConfigException("the setup lacks the " + label + " that the keyring needs");
    }
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(half.getEncoded());
    return ByteBuffer.wrap(
        ("-----BEGIN " + label + "-----\n" + text + "\n-----END " + label + "-----\n").getBytes(StandardCharsets.US_ASCII));
  }

  static ECDHCurveSpec curve(String name) throws ConfigException {
    return switch (name) {
      case "P-256" -> ECDHCurveSpec.ECC_NIST_P256;
      case "P-384" -> ECDHCurveSpec.ECC_NIST_P384;
      case "P-521" -> ECDHCurveSpec.ECC_NIST_P521;
      default -> throw new ConfigException("no curve " + name);
    };
  }
}
