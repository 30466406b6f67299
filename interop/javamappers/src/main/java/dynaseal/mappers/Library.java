package dynaseal.mappers;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** One of the two object mappers, with a client that stores nothing. Items are DynamoDB JSON. */
interface Library {
  /** Group, artifact and version. */
  String name();

  /** What the library sends to put the bean. It may set generated values in the bean. */
  ObjectNode write(Object bean);

  /** The bean that the library makes of a stored item. */
  <T> T read(ObjectNode item, Class<T> type);
}
