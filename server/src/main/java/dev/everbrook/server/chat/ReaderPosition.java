package dev.everbrook.server.chat;

import dev.everbrook.engine.stream.Head;
import dev.everbrook.engine.text.Excerpt;
import dev.everbrook.server.http.HttpFailure;
import dev.everbrook.server.http.RequestParameters;
import java.util.OptionalLong;

/** The position of a reader in a stream: the number of the last event that it has received. */
public final class ReaderPosition {

  /** Before the first event. */
  public static final long START = -1;

  /** The largest number that all JSON readers represent exactly; no stream has this many events. */
  private static final long MOST = 1L << 53;

  private ReaderPosition() {}

  /**
   * The position that a request names.
   *
   * @param name its parameter or header, for messages
   * @throws HttpFailure 400 if it is not a position
   */
  public static long of(String name, String text) {
    OptionalLong after = RequestParameters.whole(text.strip());
    if (after.isPresent() && after.getAsLong() >= START && after.getAsLong() <= MOST) {
      return after.getAsLong();
    }
    throw HttpFailure.badField(
        name,
        name
            + " must be the number of an event, or -1 for all; it was '"
            + Excerpt.of(text)
            + "'.");
  }

  /**
   * Refuses a position behind the end, from which the reader would never get the end.
   *
   * @throws HttpFailure 400 that names the last event
   */
  public static long within(OwnAnswers own, Head answer, String name, long after) {
    own.lastBefore(answer, after)
        .ifPresent(last -> {
          throw HttpFailure.badField(
              name,
              name
                  + " was "
                  + after
                  + ", but the last event of this stream is number "
                  + last
                  + (answer.isOpen() ? " so far." : "."));
        });
    return after;
  }
}
