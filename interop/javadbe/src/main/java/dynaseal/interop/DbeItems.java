package dynaseal.interop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Items of SDK version 2 to and from DynamoDB JSON. */
final class DbeItems {
  private DbeItems() {}

  static Map<String, AttributeValue> fromJson(JsonNode item) throws ConfigException {
    Map<String, AttributeValue> values = new LinkedHashMap<>();
    for (var fields = item.fields(); fields.hasNext(); ) {
      var field = fields.next();
      values.put(field.getKey(), value(field.getValue()));
    }
    return values;
  }

  private static AttributeValue value(JsonNode typed) throws ConfigException {
    if (typed.size() != 1) {
      throw new ConfigException("an attribute value needs exactly one type");
    }
    var field = typed.fields().next();
    JsonNode content = field.getValue();
    return switch (field.getKey()) {
      case "S" -> AttributeValue.fromS(content.asText());
      case "N" -> AttributeValue.fromN(content.asText());
      case "B" -> AttributeValue.fromB(bytes(content));
      case "BOOL" -> AttributeValue.fromBool(content.asBoolean());
      case "NULL" -> AttributeValue.fromNul(content.asBoolean());
      case "SS" -> AttributeValue.fromSs(members(content, JsonNode::asText));
      case "NS" -> AttributeValue.fromNs(members(content, JsonNode::asText));
      case "BS" -> AttributeValue.fromBs(members(content, DbeItems::bytes));
      case "L" -> {
        List<AttributeValue> elements = new ArrayList<>();
        for (JsonNode element : content) {
          elements.add(value(element));
        }
        yield AttributeValue.fromL(elements);
      }
      case "M" -> AttributeValue.fromM(fromJson(content));
      default -> throw new ConfigException("no attribute type " + field.getKey());
    };
  }

  private static <T> List<T> members(JsonNode content, Function<JsonNode, T> member) {
    List<T> members = new ArrayList<>();
    for (JsonNode element : content) {
      members.add(member.apply(element));
    }
    return members;
  }

  private static SdkBytes bytes(JsonNode text) {
    return SdkBytes.fromByteArray(Base64.getDecoder().decode(text.asText()));
  }

  static ObjectNode toJson(Map<String, AttributeValue> item) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    item.forEach((name, value) -> json.set(name, toJson(value)));
    return json;
  }

  private static ObjectNode toJson(AttributeValue value) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    switch (value.type()) {
      case S -> json.put("S", value.s());
      case N -> json.put("N", value.n());
      case B -> json.put("B", base64(value.b()));
      case BOOL -> json.put("BOOL", value.bool());
      case NUL -> json.put("NULL", value.nul());
      case SS -> value.ss().forEach(json.putArray("SS")::add);
      case NS -> value.ns().forEach(json.putArray("NS")::add);
      case BS -> {
        ArrayNode members = json.putArray("BS");
        value.bs().forEach(member -> members.add(base64(member)));
      }
      case L -> {
        ArrayNode elements = json.putArray("L");
        value.l().forEach(element -> elements.add(toJson(element)));
      }
      case M -> json.set("M", toJson(value.m()));
      default -> throw new IllegalStateException("a value of no type");
    }
    return json;
  }

  private static String base64(SdkBytes bytes) {
    return Base64.getEncoder().encodeToString(bytes.asByteArrayUnsafe());
  }
}
