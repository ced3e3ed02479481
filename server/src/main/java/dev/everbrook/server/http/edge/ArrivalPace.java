package dev.everbrook.server.http.edge;

import dev.everbrook.server.http.HttpFailure;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;

/** Measures the speed of one body at regular intervals. Used on the loop of its request. */
final class ArrivalPace {

  static final Duration LOOK_EVERY = Duration.ofMillis(250);

  /** While room is short, a body may be slower than its average by this factor. */
  private static final int SLOWER_MAX = 2;

  private final ArrivalLimits arrival;
  private final int spanLooks;

  /** The length of the body at each look of the last span. */
  private final ArrayDeque<Integer> lengths = new ArrayDeque<>();

  private int looks;

  ArrivalPace(ArrivalLimits arrival) {
    this.arrival = arrival;
    this.spanLooks = (int) Math.max(1, arrival.bodySpan().dividedBy(LOOK_EVERY));
    lengths.add(0);
  }

  /**
   * Looks once, {@link #LOOK_EVERY} after the last look.
   *
   * @param length the bytes so far
   * @param roomIsShort whether other bodies may have to be refused for lack of room
   * @return the reason to give up the body, if any
   */
  Optional<HttpFailure> look(int length, boolean roomIsShort) {
    looks++;
    lengths.add(length);
    if (LOOK_EVERY.multipliedBy(looks).compareTo(arrival.bodyMax()) >= 0) {
      return tooSlow();
    }
    if (lengths.size() <= spanLooks) {
      return Optional.empty();
    }
    int came = length - lengths.remove();
    long least =
        arrival.bodyBytesPerSecond() * LOOK_EVERY.multipliedBy(spanLooks).toMillis() / 1_000;
    if (came < least) {
      return tooSlow();
    }
    boolean holdsOnly = came < (long) length * spanLooks / looks / SLOWER_MAX;
    return roomIsShort && holdsOnly ? Optional.of(heldTooLong()) : Optional.empty();
  }

  private Optional<HttpFailure> tooSlow() {
    return Optional.of(
        new HttpFailure(
            408,
            "The body arrived too slowly: the rate must be at least "
                + arrival.bodyBytesPerSecond()
                + " bytes a second over each "
                + arrival.bodySpan().toSeconds()
                + " s, and the deadline is "
                + arrival.bodyMax().toSeconds()
                + " s."));
  }

  private static HttpFailure heldTooLong() {
    return new HttpFailure(
        408,
        "The body slowed down while the server has little room for bodies at the"
            + " moment; send it again.");
  }
}
