package dev.everbrook.engine.store;

/**
 * The owner on whose behalf a call is made. Every read and write of owned rows names a principal
 * and finds only that principal's rows.
 *
 * @param id 1 to {@link #ID_MAX} characters, not only blanks
 */
public record Principal(String id) {

  /** The only user of a process without accounts. */
  public static final Principal LOCAL = new Principal("local");

  /** The longest id. */
  public static final int ID_MAX = 200;

  public Principal {
    if (id.isBlank() || id.length() > ID_MAX) {
      throw new IllegalArgumentException(
          "a principal's id must have 1 to " + ID_MAX + " characters, had " + id.length());
    }
  }
}
