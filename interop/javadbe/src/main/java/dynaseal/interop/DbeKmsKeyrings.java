package dynaseal.interop;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.EncryptionAlgorithmSpec;
import software.amazon.cryptography.materialproviders.IClientSupplier;
import software.amazon.cryptography.materialproviders.IKeyring;
import software.amazon.cryptography.materialproviders.MaterialProviders;
import software.amazon.cryptography.materialproviders.model.CreateAwsKmsDiscoveryKeyringInput;
import software.amazon.cryptography.materialproviders.model.CreateAwsKmsDiscoveryMultiKeyringInput;
import software.amazon.cryptography.materialproviders.model.CreateAwsKmsEcdhKeyringInput;
import software.amazon.cryptography.materialproviders.model.CreateAwsKmsKeyringInput;
import software.amazon.cryptography.materialproviders.model.CreateAwsKmsMrkDiscoveryKeyringInput;
import software.amazon.cryptography.materialproviders.model.CreateAwsKmsMrkDiscoveryMultiKeyringInput;
import software.amazon.cryptography.materialproviders.model.CreateAwsKmsMrkKeyringInput;
import software.amazon.cryptography.materialproviders.model.CreateAwsKmsMrkMultiKeyringInput;
import software.amazon.cryptography.materialproviders.model.CreateAwsKmsMultiKeyringInput;
import software.amazon.cryptography.materialproviders.model.CreateAwsKmsRsaKeyringInput;
import software.amazon.cryptography.materialproviders.model.DiscoveryFilter;
import software.amazon.cryptography.materialproviders.model.KmsEcdhStaticConfigurations;
import software.amazon.cryptography.materialproviders.model.KmsPrivateKeyToStaticPublicKeyInput;
import software.amazon.cryptography.materialproviders.model.KmsPublicKeyDiscoveryInput;

/** Makes the SDK's keyrings of KMS keys from the protocol's. */
final class DbeKmsKeyrings {
  private final MaterialProviders providers;
  private final DbeHalves keys;
  private final DbeServers servers;

  DbeKmsKeyrings(MaterialProviders providers, DbeHalves keys, DbeServers servers) {
    this.providers = providers;
    this.keys = keys;
    this.servers = servers;
  }

  IKeyring symmetric(JsonNode keyring) throws ConfigException {
    String key = keyring.path("key").asText();
    String mode = keyring.path("mode").asText("strict");
    return switch (mode) {
      case "strict" ->
          providers.CreateAwsKmsKeyring(
              CreateAwsKmsKeyringInput.builder().kmsKeyId(key).kmsClient(servers.kmsOf(key)).build());
      case "mrk" ->
          providers.CreateAwsKmsMrkKeyring(
              CreateAwsKmsMrkKeyringInput.builder().kmsKeyId(key).kmsClient(servers.kmsOf(key)).build());
      case "discovery" ->
          providers.CreateAwsKmsDiscoveryKeyring(
              CreateAwsKmsDiscoveryKeyringInput.builder()
                  .kmsClient(servers.kms(servers.region(keyring.get("region"))))
                  .discoveryFilter(filter(keyring))
                  .build());
      case "mrk-discovery" -> {
        String region = servers.region(keyring.get("region"));
        yield providers.CreateAwsKmsMrkDiscoveryKeyring(
            CreateAwsKmsMrkDiscoveryKeyringInput.builder()
                .kmsClient(servers.kms(region))
                .region(region)
                .discoveryFilter(filter(keyring))
                .build());
      }
      default -> throw new ConfigException("no mode " + mode);
    };
  }

  IKeyring multi(JsonNode keyring) throws ConfigException {
    String generator = keyring.path("key").asText(null);
    String mode = keyring.path("mode").asText("strict");
    return switch (mode) {
      case "strict" -> {
        var input = CreateAwsKmsMultiKeyringInput.builder().kmsKeyIds(texts(keyring.path("keys"))).clientSupplier(supplier());
        yield providers.CreateAwsKmsMultiKeyring(
            (generator == null ? input : input.generator(generator)).build());
      }
      case "mrk" -> {
        var input = CreateAwsKmsMrkMultiKeyringInput.builder().kmsKeyIds(texts(keyring.path("keys"))).clientSupplier(supplier());
        yield providers.CreateAwsKmsMrkMultiKeyring(
            (generator == null ? input : input.generator(generator)).build());
      }
      case "discovery" ->
          providers.CreateAwsKmsDiscoveryMultiKeyring(
              CreateAwsKmsDiscoveryMultiKeyringInput.builder()
                  .regions(texts(keyring.path("regions")))
                  .discoveryFilter(filter(keyring))
                  .clientSupplier(supplier())
                  .build());
      case "mrk-discovery" ->
          providers.CreateAwsKmsMrkDiscoveryMultiKeyring(
              CreateAwsKmsMrkDiscoveryMultiKeyringInput.builder()
                  .regions(texts(keyring.path("regions")))
                  .discoveryFilter(filter(keyring))
                  .clientSupplier(supplier())
                  .build());
      default -> throw new ConfigException("no mode " + mode);
    };
  }

  IKeyring rsa(JsonNode keyring) throws ConfigException {
    String key = keyring.path("key").asText();
    var input =
        CreateAwsKmsRsaKeyringInput.builder()
            .kmsKeyId(key)
            .kmsClient(servers.kmsOf(key))
            .encryptionAlgorithm(DbeCase.constant(EncryptionAlgorithmSpec.class, keyring.path("algorithm")));
    if (keyring.hasNonNull("publicKey")) {
      input.publicKey(keys.publicPem(keyring.get("publicKey")));
    }
    return providers.CreateAwsKmsRsaKeyring(input.build());
  }

  IKeyring ecdh(JsonNode keyring) throws ConfigException {
    String key = keyring.path("key").asText();
    KmsClient client = servers.kmsOf(key);
    String scheme = keyring.path("scheme").asText();
    var agreement = KmsEcdhStaticConfigurations.builder();
    switch (scheme) {
      case "static" -> {
        var pair =
            KmsPrivateKeyToStaticPublicKeyInput.builder()
                .senderKmsIdentifier(key)
                .recipientPublicKey(keys.publicDer(keyring.path("recipient")));
        if (keyring.hasNonNull("sender")) {
          pair.senderPublicKey(keys.publicDer(keyring.get("sender")));
        }
        agreement.KmsPrivateKeyToStaticPublicKey(pair.build());
      }
      case "discovery" ->
          agreement.KmsPublicKeyDiscovery(KmsPublicKeyDiscoveryInput.builder().recipientKmsIdentifier(key).build());
      default -> throw new ConfigException("no scheme " + scheme + " with KMS");
    }
    return providers.CreateAwsKmsEcdhKeyring(
        CreateAwsKmsEcdhKeyringInput.builder()
            .kmsClient(client)
            .curveSpec(DbeHalves.curve(keyring.path("curve").asText()))
            .KeyAgreementScheme(agreement.build())
            .build());
  }

  private IClientSupplier supplier() {
    return input -> {
      try {
        return servers.kms(input.region());
      } catch (ConfigException none) {
        throw new IllegalStateException(none);
      }
    };
  }

  private static DiscoveryFilter filter(JsonNode keyring) {
    return DiscoveryFilter.builder()
        .partition(keyring.path("partition").asText("aws"))
        .accountIds(texts(keyring.path("accounts")))
        .build();
  }

  private static List<String> texts(JsonNode list) {
    List<String> texts = new ArrayList<>();
    list.forEach(text -> texts.add(text.asText()));
    return texts;
  }
}
