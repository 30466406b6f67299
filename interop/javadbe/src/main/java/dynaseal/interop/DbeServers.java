package dynaseal.interop;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.kms.KmsClient;

/** The KMS and the DynamoDB of the setup request, and one client of each place. */
final class DbeServers {
  /** The account that the client calls from, to a KMS of tests. */
  private static final String ACCOUNT = "111122223333";

  private final JsonNode setup;
  private final Map<String, KmsClient> kms = new HashMap<>();
  private DynamoDbClient dynamoDb;

  DbeServers(JsonNode setup) {
    this.setup = setup;
  }

  /** The client of the region in a key's ARN, of the setup's for an id that is none. */
  KmsClient kmsOf(String key) throws ConfigException {
    String[] parts = key.split(":");
    return parts.length > 3 ? kms(parts[3]) : kms(region(null));
  }

  /** The region named, or the setup's. */
  String region(JsonNode named) {
    return named != null && named.isTextual() ? named.asText() : setup.path("kms").path("region").asText("us-east-1");
  }

  synchronized KmsClient kms(String region) throws ConfigException {
    URI endpoint = endpoint("kms");
    return kms.computeIfAbsent(
        region,
        name ->
            KmsClient.builder()
                .endpointOverride(endpoint)
                .region(Region.of(name))
                .credentialsProvider(credentials(ACCOUNT))
                .build());
  }

  synchronized DynamoDbClient dynamoDb() throws ConfigException {
    if (dynamoDb == null) {
      dynamoDb =
          DynamoDbClient.builder()
              .endpointOverride(endpoint("dynamodb"))
              .region(Region.US_EAST_1)
              .credentialsProvider(credentials("local"))
              .build();
    }
    return dynamoDb;
  }

  private static AwsCredentialsProvider credentials(String accessKey) {
    return StaticCredentialsProvider.create(AwsBasicCredentials.create(accessKey, "local"));
  }

  private URI endpoint(String server) throws ConfigException {
    JsonNode endpoint = setup.path(server).path("endpoint");
    if (!endpoint.isTextual()) {
      throw new ConfigException("the setup names no " + server);
    }
    return URI.create(endpoint.asText());
  }
}
