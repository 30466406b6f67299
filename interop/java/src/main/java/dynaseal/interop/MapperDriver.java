package dynaseal.interop;

import com.amazonaws.services.dynamodbv2.datamodeling.AttributeEncryptor;
import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBMapper;
import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBMapperConfig;
import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBMapperConfig.SaveBehavior;
import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBMapperConfig.TableNameOverride;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.DynamoDBEncryptor;
import com.amazonaws.services.dynamodbv2.datamodeling.encryption.utils.EncryptionContextOperators;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;

/** Drives DynamoDBMapper with an AttributeEncryptor on a table of an engine, as interop/README.md says. */
public final class MapperDriver implements Lines.Handler {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final ObjectMapper json = new ObjectMapper();
  private Keys keys;
  private Servers servers;

  public static void main(String[] args) throws IOException {
    Lines.serve(new MapperDriver());
  }

  @Override
  public Duration limit(JsonNode request) {
    return LIMIT;
  }

  @Override
  public ObjectNode answer(JsonNode request) throws Exception {
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    String operation = request.path("op").asText();
    if (operation.equals("setup")) {
      keys = new Keys(request.path("keys"));
      servers = new Servers(request);
      return answer;
    }
    JsonNode asked = request.path("mapper");
    DynamoDBMapper mapper = mapper(Case.encryptor(Case.providers(keys, servers, request.path("case")), request.path("case")), asked);
    Object bean = json.treeToValue(asked.path("value"), Beans.named(asked.path("bean").asText()));
    switch (operation) {
      case "save" -> mapper.save(bean);
      case "load" -> bean = mapper.load(bean);
      case "delete" -> mapper.delete(bean);
      default -> throw new ConfigException("no operation " + operation);
    }
    answer.set("value", json.valueToTree(bean));
    return answer;
  }

  private DynamoDBMapper mapper(DynamoDBEncryptor encryptor, JsonNode asked) throws ConfigException {
    String table = asked.path("table").asText();
    if (asked.has("tableInSignatures")) {
      encryptor.setEncryptionContextOverrideOperator(
          EncryptionContextOperators.overrideEncryptionContextTableName(
              table, asked.get("tableInSignatures").asText()));
    }
    DynamoDBMapperConfig config =
        DynamoDBMapperConfig.builder()
            .withSaveBehavior(SaveBehavior.valueOf(asked.path("saveBehavior").asText("PUT")))
            .withTableNameOverride(TableNameOverride.withTableNameReplacement(table))
            .build();
    return new DynamoDBMapper(servers.dynamoDB(), config, new AttributeEncryptor(encryptor));
  }
}
