package dynaseal.interop;

import com.amazonaws.services.dynamodbv2.model.AttributeValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;

/** Drives AWS's DynamoDB Encryption Client for Java by the protocol of interop/README.md. */
public final class Driver implements Lines.Handler {
  private static final Duration CASE_LIMIT = Duration.ofSeconds(10);
  private static final Duration BENCH_LIMIT = Duration.ofMinutes(15);

  private Keys keys;
  private Servers servers;

  public static void main(String[] args) throws IOException {
    Lines.serve(new Driver());
  }

  @Override
  public Duration limit(JsonNode request) {
    return request.path("op").asText().equals("bench") ? BENCH_LIMIT : CASE_LIMIT;
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
    if (keys == null) {
      throw new ConfigException("no setup yet");
    }
    if (!request.path("format").asText().equals("ddbec")) {
      throw new ConfigException("this client has the ddbec format only");
    }
    JsonNode by = request.path("case");
    switch (operation) {
      case "create-store" -> Case.providers(keys, servers, by).createStore(by.path("provider"));
      case "rotate" ->
          answer.put("version", String.valueOf(Case.providers(keys, servers, by).rotate(by.path("provider"))));
      default -> onItem(operation, request, new Case(keys, servers, by), answer);
    }
    return answer;
  }

  private void onItem(String operation, JsonNode request, Case encryptor, ObjectNode answer) throws Exception {
    var item = Items.fromJson(request.path("item"));
    String table = request.path("table").asText();
    switch (operation) {
      case "encrypt" -> answer.set("item", Items.toJson(encryptor.encrypt(item)));
      case "decrypt" -> answer.set("item", Items.toJson(encryptor.decrypt(item)));
      case "put" -> {
        Map<String, AttributeValue> stored = encryptor.encrypt(item);
        servers.dynamoDB().putItem(table, stored);
        answer.set("item", Items.toJson(stored));
      }
      case "get" -> {
        Map<String, AttributeValue> stored = servers.dynamoDB().getItem(table, item, true).getItem();
        answer.set("item", Items.toJson(encryptor.decrypt(stored)));
      }
      case "bench" -> {
        Map<String, AttributeValue> stored = encryptor.encrypt(item);
        answer.set("encryptMicros", meanMicros(request, encryptor.encryption(item)));
        answer.set("decryptMicros", meanMicros(request, encryptor.decryption(stored)));
      }
      default -> throw new ConfigException("no operation " + operation);
    }
  }

  private static ArrayNode meanMicros(JsonNode request, Case.Operation operation) throws Exception {
    int warm = request.path("warm").asInt();
    int each = request.path("each").asInt();
    int runs = request.path("runs").asInt();
    for (int i = 0; i < warm; i++) {
      operation.run();
    }
    ArrayNode means = JsonNodeFactory.instance.arrayNode();
    for (int run = 0; run < runs; run++) {
      long start = System.nanoTime();
      for (int i = 0; i < each; i++) {
        operation.run();
      }
      means.add((System.nanoTime() - start) / 1000.0 / each);
    }
    return means;
  }
}
