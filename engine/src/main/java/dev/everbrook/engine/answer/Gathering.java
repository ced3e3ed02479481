package dev.everbrook.engine.answer;

import java.time.Duration;

/**
 * Gathers text until it is enough for an event. All text comes out once and in order. Used by one
 * thread at a time.
 */
final class Gathering {

  /** The longest text, in characters, held for the end of a word or sentence. */
  static final int UNFINISHED_MAX = 2_048;

  /** The longest text, in characters, held for an interval. */
  static final int UNTIMELY_MAX = 64 * 1024;

  private final Granularity size;
  private final Boundaries ends;
  private final StringBuilder held = new StringBuilder();
  private boolean first = true;
  private long released;
  private long added;

  Gathering(Granularity size) {
    this.size = size;
    this.ends =
        size instanceof Granularity.Sentence ? new Boundaries.Sentences() : new Boundaries.Words();
  }

  /** Adds whole characters; returns the text of the next event, or an empty string. */
  String add(String piece, long nanos) {
    held.append(piece);
    added = nanos;
    int ready = ready(piece, nanos);
    if (first && !held.isEmpty()) {
      first = false;
      ready = held.length();
    }
    return release(ready, nanos);
  }

  private int ready(String piece, long nanos) {
    return switch (size) {
      case Granularity.Token() -> held.length();
      case Granularity.Word(), Granularity.Sentence() -> {
        int end = ends.last(piece);
        int before = held.length() - piece.length();
        yield bounded(end == 0 ? 0 : before + end, UNFINISHED_MAX);
      }
      case Granularity.Every _ -> bounded(left(nanos).isZero() ? held.length() : 0, UNTIMELY_MAX);
    };
  }

  private int bounded(int ready, int most) {
    return held.length() - ready > most ? held.length() : ready;
  }

  /** Takes all held text. */
  String rest(long nanos) {
    return release(held.length(), nanos);
  }

  /** The number of held characters. */
  int held() {
    return held.length();
  }

  /** The next piece begins another kind of output and becomes an event at once. */
  void anew() {
    first = true;
  }

  /** Whether held text must come out after its time even if no further text comes. */
  boolean awaitsTime() {
    return !held.isEmpty();
  }

  /** How long held text may still wait if no further text comes. */
  Duration left(long nanos) {
    long left =
        switch (size) {
          case Granularity.Token() -> 0;
          case Granularity.Word(), Granularity.Sentence() ->
              Granularity.PAUSE_MAX.toNanos() - (nanos - added);
          case Granularity.Every(var most) -> most.toNanos() - (nanos - released);
        };
    return left > 0 ? Duration.ofNanos(left) : Duration.ZERO;
  }

  private String release(int length, long nanos) {
    if (length == 0) {
      return "";
    }
    released = nanos;
    String ready = held.substring(0, length);
    held.delete(0, length);
    return ready;
  }
}
