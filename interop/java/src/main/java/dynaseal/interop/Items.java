package dynaseal.interop;

import com.amazonaws.services.dynamodbv2.model.AttributeValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Items to and from DynamoDB JSON. */
final class Items {
  private Items() {}

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
    AttributeValue value = new AttributeValue();
    switch (field.getKey()) {
      case "S" -> value.setS(content.asText());
      case "N" -> value.setN(content.asText());
      case "B" -> value.setB(bytes(content));
      case "BOOL" -> value.setBOOL(content.asBoolean());
      case "NULL" -> value.setNULL(content.asBoolean());
      case "SS" -> value.setSS(members(content, JsonNode::asText));
      case "NS" -> value.setNS(members(content, JsonNode::asText));
      case "BS" -> value.setBS(members(content, Items::bytes));
      case "L" -> {
        List<AttributeValue> elements = new ArrayList<>();
        for (JsonNode element : content) {
          elements.add(value(element));
        }
        value.setL(elements);
      }
      case "M" -> value.setM(fromJson(content));
      default -> throw new ConfigException("no attribute type " + field.getKey());
    }
    return value;
  }

  private static <T> List<T> members(JsonNode content, Function<JsonNode, T> member) {
    List<T> members = new ArrayList<>();
    for (JsonNode element : content) {
      members.add(member.apply(element));
    }
    return members;
  }

  private static ByteBuffer bytes(JsonNode text) {
    return ByteBuffer.wrap(Base64.getDecoder().decode(text.asText()));
  }

  static ObjectNode toJson(Map<String, AttributeValue> item) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    item.forEach((name, value) -> json.set(name, toJson(value)));
    return json;
  }

  private static ObjectNode toJson(AttributeValue value) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    if (value.getS() != null) {
      json.put("S", value.getS());
    } else if (value.getN() != null) {
      json.put("N", value.getN());
    } else if (value.getB() != null) {
      json.put("B", base64(value.getB()));
    } else if (value.getBOOL() != null) {
      json.put("BOOL", value.getBOOL());
    } else if (value.getNULL() != null) {
      json.put("NULL", value.getNULL());
    } else if (value.getSS() != null) {
      value.getSS().forEach(json.putArray("SS")::add);
    } else if (value.getNS() != null) {
      value.getNS().forEach(json.putArray("NS")::add);
    } else if (value.getBS() != null) {
      ArrayNode members = json.putArray("BS");
      value.getBS().forEach(member -> members.add(base64(member)));
    } else if (value.getL() != null) {
      ArrayNode elements = json.putArray("L");
      value.getL().forEach(element -> elements.add(toJson(element)));
    } else if (value.getM() != null) {
      json.set("M", toJson(value.getM()));
    }
    return json;
  }

  private static String base64(ByteBuffer bytes) {
    byte[] copy = new byte[bytes.remaining()];
    bytes.duplicate().get(copy);
    return Base64.getEncoder().encodeToString(copy);
  }
}
