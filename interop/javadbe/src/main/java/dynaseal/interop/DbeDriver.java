package dynaseal.interop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;

/** Drives the AWS Database Encryption SDK for DynamoDB, Java, by the protocol of interop/README.md. */
public final class DbeDriver implements Lines.Handler {
  private static final Duration CASE_LIMIT = Duration.ofSeconds(20);
  private static final Duration BENCH_LIMIT = Duration.ofMinutes(15);

  private Keys keys;
  private DbeServers servers;

  public static void main(String[] args) throws IOException {
    Lines.serve(new DbeDriver());
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
      servers = new DbeServers(request);
      return answer;
    }
    if (keys == null) {
      throw new ConfigException("no setup yet");
    }
    if (!request.path("format").asText().equals("dbe")) {
      throw new ConfigException("this client has the dbe format only");
    }
    JsonNode by = request.path("case");
    switch (operation) {
      case "create-store" -> keyStore(by).createTable();
      case "create-key" -> answer.put("version", keyStore(by).createKey(request.path("context")));
      case "rotate" -> answer.put("version", keyStore(by).rotate());
      default -> onItem(operation, request, new DbeCase(keys, servers, by), answer);
    }
    return answer;
  }

  private DbeKeyStore keyStore(JsonNode by) throws ConfigException {
    return new DbeKeyStore(servers, by.path("keyring"));
  }

  private void onItem(String operation, JsonNode request, DbeCase by, ObjectNode answer) throws ConfigException {
    var item = DbeItems.fromJson(request.path("item"));
    String table = request.path("table").asText();
    switch (operation) {
      case "encrypt" -> answer.set("item", DbeItems.toJson(DbeCase.encrypt(by.writer(), item)));
      case "decrypt" -> answer.set("item", DbeItems.toJson(DbeCase.decrypt(by.reader(), item)));
      case "put" -> {
        var stored = DbeCase.encrypt(by.writer(), item);
        servers.dynamoDb().putItem(put -> put.tableName(table).item(stored));
        answer.set("item", DbeItems.toJson(stored));
      }
      case "get" -> {
        var stored = servers.dynamoDb().getItem(get -> get.tableName(table).key(item).consistentRead(true)).item();
        answer.set("item", DbeItems.toJson(DbeCase.decrypt(by.reader(), stored)));
      }
      case "bench" -> {
        var writer = by.writer();
        var reader = by.reader();
        var stored = DbeCase.encrypt(writer, item);
        answer.set("encryptMicros", meanMicros(request, () -> DbeCase.encrypt(writer, item)));
        answer.set("decryptMicros", meanMicros(request, () -> DbeCase.decrypt(reader, stored)));
      }
      default -> throw new ConfigException("no operation " + operation);
    }
  }

  private static ArrayNode meanMicros(JsonNode request, Runnable operation) {
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
