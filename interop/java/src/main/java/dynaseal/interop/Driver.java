package dynaseal.interop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * Drives AWS's DynamoDB Encryption Client for Java by the protocol of interop/README.md: one JSON request a line on
 * standard input, one JSON answer a line on standard output, in order. A bad case is an answer, never the end of the
 * process.
 */
public final class Driver {
  private static final Duration CASE_LIMIT = Duration.ofSeconds(10);
  private static final Duration BENCH_LIMIT = Duration.ofMinutes(15);

  private final ObjectMapper json = new ObjectMapper();
  private Keys keys;

  public static void main(String[] args) throws Exception {
    PrintStream answers = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    System.setOut(System.err); // whatever a library prints is not an answer
    BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    Driver driver = new Driver();
    for (String line; (line = requests.readLine()) != null; ) {
      answers.print(driver.handle(line) + "\n");
      answers.flush();
    }
  }

  private String handle(String line) {
    JsonNode id = null;
    try {
      JsonNode request = json.readTree(line);
      id = request.get("id");
      Duration limit = request.path("op").asText().equals("bench") ? BENCH_LIMIT : CASE_LIMIT;
      JsonNode echoed = id;
      // The answer is written in there too: a value nested deep enough overflows an ordinary stack.
      return Guarded.call(limit, () -> json.writeValueAsString(succeeded(echoed, answer(request))));
    } catch (Throwable problem) {
      return failed(id, problem).toString();
    }
  }

  private ObjectNode answer(JsonNode request) throws Exception {
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    String operation = request.path("op").asText();
    if (operation.equals("setup")) {
      keys = new Keys(request.path("keys"));
      return answer;
    }
    if (keys == null) {
      throw new ConfigException("no setup yet");
    }
    if (!request.path("format").asText().equals("ddbec")) {
      throw new ConfigException("this client has the ddbec format only");
    }
    Case encryptor = new Case(keys, request.path("case"));
    var item = Items.fromJson(request.path("item"));
    switch (operation) {
      case "encrypt" -> answer.set("item", Items.toJson(encryptor.encrypt(item)));
      case "decrypt" -> answer.set("item", Items.toJson(encryptor.decrypt(item)));
      case "bench" -> {
        var stored = encryptor.encrypt(item);
        answer.set("encryptMicros", meanMicros(request, () -> encryptor.encrypt(item)));
        answer.set("decryptMicros", meanMicros(request, () -> encryptor.decrypt(stored)));
      }
      default -> throw new ConfigException("no operation " + operation);
    }
    return answer;
  }

  private interface Operation {
    void run() throws Exception;
  }

  private static ArrayNode meanMicros(JsonNode request, Operation operation) throws Exception {
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

  private static ObjectNode succeeded(JsonNode id, ObjectNode answer) {
    if (id != null) {
      answer.set("id", id);
    }
    return answer.put("ok", true);
  }

  private static ObjectNode failed(JsonNode id, Throwable problem) {
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    if (id != null) {
      answer.set("id", id);
    }
    answer.put("ok", false).put("error", problem.getClass().getSimpleName() + ": " + problem.getMessage());
    if (problem instanceof ConfigException) {
      answer.put("class", "config");
    }
    return answer;
  }
}
