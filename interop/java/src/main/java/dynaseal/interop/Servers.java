package dynaseal.interop;

import com.amazonaws.auth.AWSCredentialsProvider;
import com.amazonaws.auth.AWSStaticCredentialsProvider;
import com.amazonaws.auth.BasicAWSCredentials;
import com.amazonaws.client.builder.AwsClientBuilder.EndpointConfiguration;
import com.amazonaws.services.dynamodbv2.AmazonDynamoDB;
import com.amazonaws.services.dynamodbv2.AmazonDynamoDBClientBuilder;
import com.amazonaws.services.kms.AWSKMS;
import com.amazonaws.services.kms.AWSKMSClientBuilder;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.Map;

/** The KMS and the DynamoDB of the setup request, and one client of each place. */
final class Servers {
  /** The account that the client calls from, to a KMS of tests. */
  private static final String ACCOUNT = "111122223333";

  private final JsonNode setup;
  private final Map<String, AWSKMS> kms = new HashMap<>();
  private AmazonDynamoDB dynamoDB;

  Servers(JsonNode setup) {
    this.setup = setup;
  }

  /** The client of the region in a key's ARN, of the setup's for an id that is none. */
  synchronized AWSKMS kms(String key) throws ConfigException {
    String endpoint = endpoint("kms");
    String[] parts = key.split(":");
    String region = parts.length > 3 ? parts[3] : setup.path("kms").path("region").asText("us-east-1");
    return kms.computeIfAbsent(
        region,
        name ->
            AWSKMSClientBuilder.standard()
                .withEndpointConfiguration(new EndpointConfiguration(endpoint, name))
                .withCredentials(credentials(ACCOUNT))
                .build());
  }

  synchronized AmazonDynamoDB dynamoDB() throws ConfigException {
    if (dynamoDB == null) {
      dynamoDB =
          AmazonDynamoDBClientBuilder.standard()
              .withEndpointConfiguration(new EndpointConfiguration(endpoint("dynamodb"), "us-east-1"))
              .withCredentials(credentials("local"))
              .build();
    }
    return dynamoDB;
  }

  private static AWSCredentialsProvider credentials(String accessKey) {
    return new AWSStaticCredentialsProvider(new BasicAWSCredentials(accessKey, "local"));
  }

  private String endpoint(String server) throws ConfigException {
    JsonNode endpoint = setup.path(server).path("endpoint");
    if (!endpoint.isTextual()) {
      throw new ConfigException("the setup names no " + server);
    }
    return endpoint.asText();
  }
}
