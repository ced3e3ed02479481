package dev.everbrook.server.http.edge;

import dev.everbrook.server.http.HttpFailure;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;

/** How fast one body comes, looked at in even distances. Used on the loop of its request. */
final class ArrivalPace {

  static final Duration LOOK_EVERY = Duration.ofMillis(250);

  /** While room is short, a body may be this much slower than it was on average. */
  private static final int SLOWER_MAX = 2;

  private final ArrivalLimits arrival;
  private final int spanLooks;

  /** How much there was at each look of the last span. */
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
   * @param length how much has come in all
   * @param roomIsShort whether others may have to be refused for what this body holds
   * @return why the body is given up, if it is
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
