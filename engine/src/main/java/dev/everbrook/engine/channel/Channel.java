package dev.everbrook.engine.channel;

import dev.everbrook.engine.stream.StreamRef;

/**
 * What is known of a channel without reading its events.
 *
 * @param next how many events it has, those included that it shares with its source
 */
public record Channel(
    StreamRef ref, ContentType contentType, State state, long next, Lifetime lifetime) {

  /** Where a channel stands. */
  public enum State {
    /** Events may follow. */
    OPEN("open"),
    /** Whole: it is read as before, and nothing follows. */
    CLOSED("closed"),
    /** Kept for its forks alone; its name is taken as long as they need it. */
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
