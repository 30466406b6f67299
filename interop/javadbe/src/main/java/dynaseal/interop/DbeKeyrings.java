package dynaseal.interop;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
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

/** Makes the SDK's keyrings from the protocol's. */
final class DbeKeyrings {
  private static final MaterialProviders PROVIDERS =
      MaterialProviders.builder().MaterialProvidersConfig(MaterialProvidersConfig.builder().build()).build();

  private final Keys keys;
  private final DbeServers servers;
  private final String partitionKey;
  private final DbeHalves halves;
  private final DbeKmsKeyrings kms;

  DbeKeyrings(Keys keys, DbeServers servers, String partitionKey) {
    this.keys = keys;
    this.servers = servers;
    this.partitionKey = partitionKey;
    halves = new DbeHalves(keys);
    kms = new DbeKmsKeyrings(PROVIDERS, halves, servers);
  }

  IKeyring make(JsonNode keyring) throws ConfigException {
    String type = keyring.path("type").asText();
    return switch (type) {
      case "raw-aes" -> aes(keyring);
      case "raw-rsa" -> rsa(keyring);
      case "raw-ecdh" -> ecdh(keyring);
      case "multi" -> multi(keyring);
      case "aws-kms" -> kms.symmetric(keyring);
      case "aws-kms-multi" -> kms.multi(keyring);
      case "aws-kms-rsa" -> kms.rsa(keyring);
      case "aws-kms-ecdh" -> kms.ecdh(keyring);
      case "hierarchy" -> new DbeKeyStore(servers, keyring).keyring(PROVIDERS, partitionKey);
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
      input.publicKey(DbeHalves.pem("PUBLIC KEY", pair.getPublic()));
    }
    if (pair.getPrivate() != null) {
      input.privateKey(DbeHalves.pem("PRIVATE KEY", pair.getPrivate()));
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
                  .senderStaticPrivateKey(halves.privatePem(keyring.path("sender")))
                  .recipientPublicKey(halves.publicDer(keyring.path("recipient")))
                  .build());
      case "ephemeral" ->
          agreement.EphemeralPrivateKeyToStaticPublicKey(
              EphemeralPrivateKeyToStaticPublicKeyInput.builder()
                  .recipientPublicKey(halves.publicDer(keyring.path("recipient")))
                  .build());
      case "discovery" ->
          agreement.PublicKeyDiscovery(
              PublicKeyDiscoveryInput.builder().recipientStaticPrivateKey(halves.privatePem(keyring.path("recipient"))).build());
      default -> throw new ConfigException("no scheme " + scheme);
    }
    return PROVIDERS.CreateRawEcdhKeyring(
        CreateRawEcdhKeyringInput.builder()
            .curveSpec(DbeHalves.curve(keyring.path("curve").asText()))
            .KeyAgreementScheme(agreement.build())
            .build());
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
}
