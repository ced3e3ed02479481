package dev.everbrook.engine.store;

/**
 * The owner on whose behalf a call is made. Every read and write of owned rows names a principal
 * and finds only that principal's rows.
 *
 * @param id 1 to 200 characters
 */
public record Principal(String id) {

  /** The only user of a process without accounts. */
  public static final Principal LOCAL = new Principal("local");

  public Principal {
    if (id.isBlank() || id.length() > 200) {
      throw new IllegalArgumentException(
          "a principal's id must have 1 to 200 characters, had " + id.length());
    }
  }
}
