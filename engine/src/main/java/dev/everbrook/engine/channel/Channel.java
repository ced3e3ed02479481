package dev.everbrook.engine.channel;

import dev.everbrook.engine.stream.StreamRef;

/**
 * The state of a channel without its events.
 *
 * @param next the number of its events, including those shared with its source
 */
public record Channel(
    StreamRef ref, ContentType contentType, State state, long next, Lifetime lifetime) {

  /** The state of a channel. */
  public enum State {
    /** Events may follow. */
    OPEN("open"),
    /** Complete: it can still be read, and no events follow. */
    CLOSED("closed"),
    /** Kept for its forks alone; its name stays taken as long as they need it. */
    DELETED("deleted");

    private final String column;

    State(String column) {
      this.column = column;
    }

    String column() {
      return column;
    }

    static State of(String column) {
      return switch (column) {
        case "open" -> OPEN;
        case "closed" -> CLOSED;
        case "deleted" -> DELETED;
        default -> throw new IllegalStateException("a channel is '" + column + "'");
      };
    }
  }

  public boolean isClosed() {
    return state == State.CLOSED;
  }
}
