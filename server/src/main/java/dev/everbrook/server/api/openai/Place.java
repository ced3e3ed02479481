package dev.everbrook.server.api.openai;

import dev.everbrook.engine.stream.Head;
import dev.everbrook.server.chat.OwnAnswers;
import java.util.Optional;

/** Where in a stream a reader stands. */
final class Place {

  /** Before the first event. */
  static final long START = -1;

  /** The largest number that JSON's readers all keep exactly; no stream has as many events. */
  private static final long MOST = 1L << 53;

  private Place() {}

  /** Refuses a place behind the end, from which on even the end would be kept from the reader. */
  static long within(OwnAnswers own, Head answer, String name, long after) {
    own.lastBefore(answer, after)
        .ifPresent(last -> {
          throw OpenAiError.invalid(
                  name,
                  name
                      + " was "
                      + after
                      + ", but the last event of this answer is number "
                      + last
                      + (answer.isOpen() ? " so far." : "."))
              .refused();
        });
    return after;
  }

  /** The number of the last event that the reader has had, as {@code text} says; else the start. */
  static long after(String name, Optional<String> text) {
    if (text.isEmpty()) {
      return START;
    }
    try {
      long after = Long.parseLong(text.get().strip());
      if (after >= START && after <= MOST) {
        return after;
      }
    } catch (NumberFormatException _) {
      // Told below.
    }
    throw OpenAiError.invalid(
            name,
            name
                + " must be the number of an event, or -1 for all; it was '"
                + InputItems.shortened(text.get())
                + "'.")
        .refused();
  }
}
