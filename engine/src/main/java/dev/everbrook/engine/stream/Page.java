package dev.everbrook.engine.stream;

/**
 * A piece of a stream as read from the database.
 *
 * @param ends how many events the stream has in all, once it has ended; before that -1
 * @param cut whether more may stand behind it, however short it is: of an open fork, it ends where
 *     what it shares does, or a packed row of that
 */
public record Page(Entries entries, long ends, boolean cut) {

  public Page(Entries entries, long ends) {
    this(entries, ends, false);
  }

  /** Whether no event follows the last one here, ever. */
  public boolean ended() {
    return ends >= 0 && entries.next() >= ends;
  }
}
