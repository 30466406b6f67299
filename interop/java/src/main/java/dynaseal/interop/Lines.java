package dynaseal.interop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * One JSON request a line on standard input, one JSON answer a line on standard output, in order. A bad request is an
 * answer, never the end of the process.
 */
final class Lines {
  interface Handler {
    /** What the answer holds besides id and ok. */
    ObjectNode answer(JsonNode request) throws Exception;

    Duration limit(JsonNode request);
  }

  private final ObjectMapper json = new ObjectMapper();
  private final Handler handler;

  private Lines(Handler handler) {
    this.handler = handler;
  }

  static void serve(Handler handler) throws IOException {
    PrintStream answers = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    System.setOut(System.err); // whatever a library prints is not an answer
    BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    Lines lines = new Lines(handler);
    for (String line; (line = requests.readLine()) != null; ) {
      answers.print(lines.handle(line) + "\n");
      answers.flush();
    }
  }

  private String handle(String line) {
    JsonNode id = null;
    try {
      JsonNode request = json.readTree(line);
      id = request.get("id");
      JsonNode echoed = id;
      // The answer is written in there too: a value nested deep enough overflows an ordinary stack.
      return Guarded.call(
          handler.limit(request), () -> json.writeValueAsString(succeeded(echoed, handler.answer(request))));
    } catch (Throwable problem) {
      return failed(id, problem).toString();
    }
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
