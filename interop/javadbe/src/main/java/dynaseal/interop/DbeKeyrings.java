package dynaseal.interop;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.Key;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import software.amazon.cryptography.materialproviders.IKeyring;
import software.amazon.cryptography.materialproviders.MaterialProviders;
import software.amazon.cryptography.materialproviders.model.AesWrappingAlg;
import software.amazon.cryptography.materialproviders.model.CreateMultiKeyringInput;
import software.amazon.cryptography.materialproviders.model.CreateRawAesKeyringInput;
import software.amazon.cryptography.materialproviders.model.CreateRawEcdhKeyringInput;
import software.amazon.cryptography.materialproviders.model.CreateRawRsaKeyringInput;
import software.amazon.cryptography.materialproviders.model.EphemeralPrivateKeyToStaticPublicKeyInput;
import software.amazon.cryptography.materialproviders.model.MaterialProvidersConfig;
import software.amazon.cryptography.materialproviders.model.PaddingScheme;
import software.amazon.cryptography.materialproviders.model.PublicKeyDiscoveryInput;
import software.amazon.cryptography.materialproviders.model.RawEcdhStaticConfigurations;
import software.amazon.cryptography.materialproviders.model.RawPrivateKeyToStaticPublicKeyInput;
import software.amazon.cryptography.primitives.model.ECDHCurveSpec;

/** Makes the SDK's keyrings from the protocol's. */
final class DbeKeyrings {
  private static final MaterialProviders PROVIDERS =
      MaterialProviders.builder().MaterialProvidersConfig(MaterialProvidersConfig.builder().build()).build();

  private final Keys keys;

  DbeKeyrings(Keys keys) {
    this.keys = keys;
  }

  IKeyring make(JsonNode keyring) throws ConfigException {
    String type = keyring.path("type").asText();
    return switch (type) {
      case "raw-aes" -> aes(keyring);
      case "raw-rsa" -> rsa(keyring);
      case "raw-ecdh" -> ecdh(keyring);
      case "multi" -> multi(keyring);
      default -> throw new ConfigException("no keyring " + type + " in this driver");
    };
  }

  private IKeyring aes(JsonNode keyring) throws ConfigException {
    byte[] material = keys.secret(keyring.path("key").asText(), "AES").getEncoded();
    AesWrappingAlg algorithm =
        switch (material.length) {
          case 16 -> AesWrappingAlg.ALG_AES128_GCM_IV12_TAG16;
          case 24 -> AesWrappingAlg.ALG_AES192_GCM_IV12_TAG16;
          case 32 -> AesWrappingAlg.ALG_AES256_GCM_IV12_TAG16;
          default -> throw new ConfigException("an AES key of " + material.length + " bytes");
        };
    return PROVIDERS.CreateRawAesKeyring(
        CreateRawAesKeyringInput.builder()
            .keyNamespace(keyring.path("keyNamespace").asText())
            .keyName(keyring.path("keyName").asText())
            .wrappingKey(ByteBuffer.wrap(material))
            .wrappingAlg(algorithm)
            .build());
  }

  private IKeyring rsa(JsonNode keyring) throws ConfigException {
    var pair = keys.pair(keyring.path("key").asText());
    var input =
        CreateRawRsaKeyringInput.builder()
            .keyNamespace(keyring.path("keyNamespace").asText())
            .keyName(keyring.path("keyName").asText())
            .paddingScheme(DbeCase.constant(PaddingScheme.class, keyring.path("padding")));
    if (pair.getPublic() != null) {
      input.publicKey(pem("PUBLIC KEY", pair.getPublic()));
    }
    if (pair.getPrivate() != null) {
      input.privateKey(pem("PRIVATE KEY", pair.getPrivate()));
    }
    return PROVIDERS.CreateRawRsaKeyring(input.build());
  }

  private IKeyring ecdh(JsonNode keyring) throws ConfigException {
    String scheme = keyring.path("scheme").asText();
    var agreement = RawEcdhStaticConfigurations.builder();
    switch (scheme) {
      case "static" ->
          agreement.RawPrivateKeyToStaticPublicKey(
              RawPrivateKeyToStaticPublicKeyInput.builder()
                  .senderStaticPrivateKey(privateHalf(keyring.path("sender")))
                  .recipientPublicKey(publicHalf(keyring.path("recipient")))
                  .build());
      case "ephemeral" ->
          agreement.EphemeralPrivateKeyToStaticPublicKey(
              EphemeralPrivateKeyToStaticPublicKeyInput.builder()
                  .recipientPublicKey(publicHalf(keyring.path("recipient")))
                  .build());
      case "discovery" ->
          agreement.PublicKeyDiscovery(
              PublicKeyDiscoveryInput.builder().recipientStaticPrivateKey(privateHalf(keyring.path("recipient"))).build());
      default -> throw new ConfigException("no scheme " + scheme);
    }
    return PROVIDERS.CreateRawEcdhKeyring(
        CreateRawEcdhKeyringInput.builder()
            .curveSpec(curve(keyring.path("curve").asText()))
            .KeyAgreementScheme(agreement.build())
            .build());
  }

  private static ECDHCurveSpec curve(String name) throws ConfigException {
    return switch (name) {
      case "P-256" -> ECDHCurveSpec.ECC_NIST_P256;
      case "P-384" -> ECDHCurveSpec.ECC_NIST_P384;
      case "P-521" -> ECDHCurveSpec.ECC_NIST_P521;
      default -> throw new ConfigException("no curve " + name);
    };
  }

  private IKeyring multi(JsonNode keyring) throws ConfigException {
    List<IKeyring> children = new ArrayList<>();
    for (JsonNode child : keyring.path("children")) {
      children.add(make(child));
    }
    var input = CreateMultiKeyringInput.builder().childKeyrings(children);
    if (keyring.hasNonNull("generator")) {
      input.generator(make(keyring.get("generator")));
    }
    return PROVIDERS.CreateMultiKeyring(input.build());
  }

  private ByteBuffer privateHalf(JsonNode name) throws ConfigException {
    return pem("PRIVATE KEY", keys.pair(name.asText()).getPrivate());
  }

  private ByteBuffer publicHalf(JsonNode name) throws ConfigException {
    Key half = keys.pair(name.asText()).getPublic();
    if (half == null) {
      throw new ConfigException("the setup lacks the public half of " + name);
    }
    return ByteBuffer.wrap(half.getEncoded());
  }

  private static ByteBuffer pem(String label, Key half) throws ConfigException {
    if (half == null) {
      throw new ConfigException("the setup lacks the " + label + " that the keyring needs");
    }
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(half.getEncoded());
    return ByteBuffer.wrap(
        ("-----BEGIN " + label + "-----\n" + text + "\n-----END " + label + "-----\n").getBytes(StandardCharsets.US_ASCII));
  }
}
