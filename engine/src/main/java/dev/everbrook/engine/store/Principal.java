package dev.everbrook.engine.store;

/**
 * Who asks. Every read and write of what belongs to somebody names one, and finds only rows that
 * belong to it.
 *
 * @param id 1 to 200 characters
 */
public record Principal(String id) {

  /** The one user of a process that knows no others. */
  public static final Principal LOCAL = new Principal("local");

  public Principal {
    if (id.isBlank() || id.length() > 200) {
      throw new IllegalArgumentException(
          "a principal's id must have 1 to 200 characters, had " + id.length());
    }
  }
}
