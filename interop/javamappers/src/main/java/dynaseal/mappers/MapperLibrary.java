package dynaseal.mappers;

import com.amazonaws.services.dynamodbv2.AbstractAmazonDynamoDB;
import com.amazonaws.services.dynamodbv2.datamodeling.ConversionSchema;
import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBMapper;
import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBMapperConfig;
import com.amazonaws.services.dynamodbv2.datamodeling.DynamoDBMapperConfig.SaveBehavior;
import com.amazonaws.services.dynamodbv2.model.AttributeValue;
import com.amazonaws.services.dynamodbv2.model.GetItemRequest;
import com.amazonaws.services.dynamodbv2.model.GetItemResult;
import com.amazonaws.services.dynamodbv2.model.PutItemRequest;
import com.amazonaws.services.dynamodbv2.model.PutItemResult;
import com.amazonaws.util.VersionInfoUtils;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** DynamoDBMapper, AWS SDK for Java 1. */
final class MapperLibrary extends AbstractAmazonDynamoDB implements Library {
  private final DynamoDBMapper mapper;
  private Map<String, AttributeValue> item; // put last, or to be got

  MapperLibrary(ConversionSchema schema) {
    // PUT: the default behaviour sends the same values in an UpdateItem.
    var config = DynamoDBMapperConfig.builder().withSaveBehavior(SaveBehavior.PUT);
    if (schema != null) {
      config.withConversionSchema(schema);
    }
    mapper = new DynamoDBMapper(this, config.build());
  }

  @Override
  public String name() {
    return "com.amazonaws:aws-java-sdk-dynamodb:" + VersionInfoUtils.getVersion();
  }

  @Override
  public ObjectNode write(Object bean) {
    mapper.save(bean);
    return toJson(item);
  }

  @Override
  public <T> T read(ObjectNode stored, Class<T> type) {
    item = fromJson(stored);
    return mapper.load(type, stored.at("/id/S").asText());
  }

  @Override
  public PutItemResult putItem(PutItemRequest request) {
    item = request.getItem();
    return new PutItemResult();
  }

  @Override
  public GetItemResult getItem(GetItemRequest request) {
    return new GetItemResult().withItem(item);
  }

  private static ObjectNode toJson(Map<String, AttributeValue> item) {
    ObjectNode json = Json.object();
    new TreeMap<>(item).forEach((name, value) -> json.set(name, toJson(value)));
    return json;
  }

  private static ObjectNode toJson(AttributeValue v) {
    ObjectNode json = Json.object();
    if (v.getS() != null) {
      json.put("S", v.getS());
    } else if (v.getN() != null) {
      json.put("N", v.getN());
    } else if (v.getB() != null) {
      json.put("B", bytes(v.getB()));
    } else if (v.getBOOL() != null) {
      json.put("BOOL", v.getBOOL());
    } else if (v.getNULL() != null) {
      json.put("NULL", v.getNULL());
    } else if (v.getSS() != null) {
      v.getSS().forEach(json.putArray("SS")::add);
    } else if (v.getNS() != null) {
      v.getNS().forEach(json.putArray("NS")::add);
    } else if (v.getBS() != null) {
      var members = json.putArray("BS");
      v.getBS().forEach(b -> members.add(bytes(b)));
    } else if (v.getL() != null) {
      var members = json.putArray("L");
      v.getL().forEach(member -> members.add(toJson(member)));
    } else if (v.getM() != null) {
      json.set("M", toJson(v.getM()));
    }
    return json;
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] copy = new byte[buffer.remaining()];
    buffer.duplicate().get(copy);
    return copy;
  }

  private static Map<String, AttributeValue> fromJson(JsonNode json) {
    Map<String, AttributeValue> item = new LinkedHashMap<>();
    json.fields().forEachRemaining(field -> item.put(field.getKey(), value(field.getValue())));
    return item;
  }

  private static AttributeValue value(JsonNode json) {
    String type = json.fieldNames().next();
    JsonNode content = json.get(type);
    var v = new AttributeValue();
    switch (type) {
      case "S" -> v.setS(content.asText());
      case "N" -> v.setN(content.asText());
      case "B" -> v.setB(ByteBuffer.wrap(Json.bytes(content)));
      case "BOOL" -> v.setBOOL(content.asBoolean());
      case "NULL" -> v.setNULL(content.asBoolean());
      case "SS" -> v.setSS(Json.list(content, JsonNode::asText));
      case "NS" -> v.setNS(Json.list(content, JsonNode::asText));
      case "BS" -> v.setBS(Json.list(content, member -> ByteBuffer.wrap(Json.bytes(member))));
      case "L" -> v.setL(Json.list(content, MapperLibrary::value));
      case "M" -> v.setM(fromJson(content));
      default -> throw new IllegalArgumentException("no attribute type " + type);
    }
    return v;
  }
}
