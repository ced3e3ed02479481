package dev.everbrook.engine.stream;

/**
 * Events of a stream, read from the database.
 *
 * @param ends the total number of events once the stream has ended; before that -1
 * @param cut whether more events may follow although the page is short: a page of an open fork ends
 *     with the events shared with its source, or with a packed row of them
 */
public record Page(Entries entries, long ends, boolean cut) {

  public Page(Entries entries, long ends) {
    this(entries, ends, false);
  }

  /** Whether no event can ever follow this page. */
  public boolean ended() {
    return ends >= 0 && entries.next() >= ends;
  }
}
