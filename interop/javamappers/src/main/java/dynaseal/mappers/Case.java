package dynaseal.mappers;

/**
 * One item of a library.
 *
 * @param name LIBRARY/BEAN/SAMPLE
 * @param written the bean that is given to the library
 * @param read an equal one, but for what the library generates when it writes
 */
record Case(String name, Library library, String description, Object written, Object read) {}
