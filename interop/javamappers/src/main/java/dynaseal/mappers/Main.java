package dynaseal.mappers;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TimeZone;

/** Writes items as Java's object mappers do, and reads those that others wrote. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) throws IOException {
    Locale.setDefault(Locale.ROOT);
    TimeZone.setDefault(TimeZone.getTimeZone("UTC"));
    PrintStream output = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    Map<String, Case> cases = new LinkedHashMap<>();
    for (Case c : Cases.all()) {
      if (cases.put(c.name(), c) != null) {
        throw new IllegalStateException("two cases " + c.name());
      }
    }
    switch (arguments.length == 1 ? arguments[0] : "") {
      case "generate" -> generate(cases, output);
      case "read" -> read(cases, output);
      default -> {
        System.err.println("usage: generate | read");
        System.exit(2);
      }
    }
  }

  /** Prints one JSON array, a case a line. */
  private static void generate(Map<String, Case> cases, PrintStream output) {
    String before = "[";
    for (Case c : cases.values()) {
      ObjectNode json = Json.object();
      json.put("case", c.name());
      json.put("library", c.library().name());
      json.put("description", c.description());
      ObjectNode item = c.library().write(c.written());
      ObjectNode values = json.putObject("values");
      Values.describe(c.read()).forEach(values::put);
      json.set("item", item);
      output.println(before + json);
      before = ",";
    }
    output.println("]");
  }

  /**
   * Reads lines {"case":NAME,"item":ITEM}. Answers {"case":NAME,"differs":[PROPERTY,…],"item":ITEM}:
   * where the bean that the library reads differs from the one of the case, and what it writes of
   * it; or {"case":NAME,"error":TEXT}.
   */
  private static void read(Map<String, Case> cases, PrintStream output) throws IOException {
    var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      var request = (ObjectNode) Json.MAPPER.readTree(line);
      ObjectNode answer = Json.object();
      String name = request.path("case").asText();
      answer.put("case", name);
      try {
        Case c = cases.get(name);
        if (c == null) {
          throw new IllegalArgumentException("no such case");
        }
        Object bean = c.library().read((ObjectNode) request.get("item"), c.read().getClass());
        var differs = answer.putArray("differs");
        Values.differences(c.read(), bean).forEach(differs::add);
        answer.set("item", c.library().write(bean));
      } catch (RuntimeException e) {
        answer.put("error", e.toString());
      }
      output.println(answer);
    }
  }
}
