package dynaseal.mappers;

import java.lang.reflect.Field;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Calendar;
import java.util.Collection;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.TreeSet;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkNumber;

/** Properties of beans: as text, and whether two are equal. */
final class Values {
  private Values() {}

  /** Type and value of every property that is not null, for readers of the generated items. */
  static Map<String, String> describe(Object bean) {
    Map<String, String> values = new TreeMap<>();
    for (Field field : bean.getClass().getDeclaredFields()) {
      Object value = get(field, bean);
      if (value != null) {
        values.put(field.getName(), type(field) + ": " + text(value));
      }
    }
    return values;
  }

  /** The properties in which two beans of one class differ. */
  static List<String> differences(Object want, Object got) {
    List<String> names = new ArrayList<>();
    for (Field field : want.getClass().getDeclaredFields()) {
      if (!text(get(field, want)).equals(text(get(field, got)))) {
        names.add(field.getName());
      }
    }
    return names;
  }

  private static Object get(Field field, Object bean) {
    try {
      field.setAccessible(true);
      return field.get(bean);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String type(Field field) {
    return field.getGenericType().getTypeName().replaceAll("[\\w.]+[.$]", "");
  }

  /**
   * A text that equal values share and others do not. Equals would not do: arrays, atomics and string
   * builders have none, sets do not look into their arrays, and BigDecimal and SdkNumber tell 1.50
   * from the 1.5 that DynamoDB makes of it.
   */
  private static String text(Object value) {
    if (value == null) {
      return "null";
    } else if (value instanceof byte[] bytes) {
      return HexFormat.of().formatHex(bytes);
    } else if (value instanceof ByteBuffer buffer) {
      return text(SdkBytes.fromByteBuffer(buffer.duplicate()));
    } else if (value instanceof SdkBytes bytes) {
      return text(bytes.asByteArray());
    } else if (value instanceof char[] letters) {
      return new String(letters);
    } else if (value instanceof BigDecimal decimal) {
      return decimal.stripTrailingZeros().toPlainString();
    } else if (value instanceof SdkNumber number) {
      return text(number.bigDecimalValue());
    } else if (value instanceof Map<?, ?> map) {
      Map<String, String> texts = new TreeMap<>();
      map.forEach((key, member) -> texts.put(text(key), text(member)));
      return texts.toString();
    } else if (value instanceof Set<?> set) {
      Collection<String> texts = new TreeSet<>();
      set.forEach(member -> texts.add(text(member)));
      return texts.toString();
    } else if (value instanceof Collection<?> list) {
      return list.stream().map(Values::text).toList().toString();
    } else if (value instanceof Calendar calendar) {
      return calendar.toInstant().toString();
    } else if (value instanceof Date date) {
      return date.toInstant().toString();
    } else if (value instanceof TimeZone zone) {
      return zone.getID();
    } else if (isBean(value.getClass())) {
      return describe(value).toString();
    }
    return value.toString();
  }

  private static boolean isBean(Class<?> type) {
    Class<?> outer = type.getDeclaringClass();
    return !type.isEnum() && (outer == MapperBeans.class || outer == EnhancedBeans.class);
  }
}
