package dynaseal.interop;

/** The case asks for what this client, or this driver, does not have. */
final class ConfigException extends Exception {
  private static final long serialVersionUID = 1;

  ConfigException(String problem) {
    super(problem);
  }
}
