package dev.everbrook.engine.stream;

/**
 * A piece of a stream as read from the database.
 *
 * @param ends how many events the stream has in all, once it has ended; before that -1
 */
public record Page(Entries entries, long ends) {

  /** Whether no event follows the last one here, ever. */
  public boolean ended() {
    return ends >= 0 && entries.next() >= ends;
  }
}
