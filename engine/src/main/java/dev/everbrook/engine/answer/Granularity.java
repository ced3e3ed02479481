package dev.everbrook.engine.answer;

import java.time.Duration;
import java.util.Optional;

/**
 * The amount of text in one event. The first piece of an answer, and of each new kind of output, is
 * always an event at once. No text is held back when the answer ends, waits, or changes to another
 * kind of output. An unfinished word or sentence is cut after 2,048 characters, or when the
 * provider pauses for {@link #PAUSE_MAX}. The arguments of calls become events as the provider
 * sends them.
 */
public sealed interface Granularity {

  /** The longest time for {@link Every}. */
  Duration EVERY_MAX = Duration.ofSeconds(10);

  /** How long a word or a sentence waits for its next piece. */
  Duration PAUSE_MAX = Duration.ofSeconds(1);

  /** One event for each piece of the provider. */
  record Token() implements Granularity {}

  /** Up to the end of a word. */
  record Word() implements Granularity {}

  /** Up to the end of a sentence or a line. */
  record Sentence() implements Granularity {}

  /**
   * All text of an interval.
   *
   * @param most 1 ms to {@link #EVERY_MAX}
   */
  record Every(Duration most) implements Granularity {
    public Every {
      if (!most.isPositive() || most.compareTo(EVERY_MAX) > 0) {
        throw new IllegalArgumentException(
            "text may gather for 1 to " + EVERY_MAX.toMillis() + " ms, not for " + most);
      }
    }
  }

  /** Reads {@code token}, {@code word}, {@code sentence}, or milliseconds such as {@code 250ms}. */
  static Optional<Granularity> parse(String word) {
    return switch (word) {
      case "token" -> Optional.of(new Token());
      case "word" -> Optional.of(new Word());
      case "sentence" -> Optional.of(new Sentence());
      default ->
          word.matches("[0-9]{1,5}ms")
              ? every(Integer.parseInt(word, 0, word.length() - 2, 10))
              : Optional.empty();
    };
  }

  private static Optional<Granularity> every(int ms) {
    return ms > 0 && ms <= EVERY_MAX.toMillis()
        ? Optional.of(new Every(Duration.ofMillis(ms)))
        : Optional.empty();
  }

  /** The form that {@link #parse} reads. */
  default String word() {
    return switch (this) {
      case Token() -> "token";
      case Word() -> "word";
      case Sentence() -> "sentence";
      case Every(var most) -> most.toMillis() + "ms";
    };
  }
}
