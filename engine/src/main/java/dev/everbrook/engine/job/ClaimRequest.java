package dev.everbrook.engine.job;

import dev.everbrook.engine.text.Names;
import java.time.Duration;
import java.util.Set;

/**
 * What a worker in another process would like to do.
 *
 * @param queue of one queue
 * @param kinds of these kinds only; none for all that it registered
 * @param most how many jobs, 1 to {@link #MOST_MAX}
 * @param patience how long to wait for the first, at most {@link #WAIT_MAX}
 * @param holding all it was given before and has not been answered the end of, at most {@link
 *     #HOLDING_MAX}; what the database says it holds of this queue besides is given to it again,
 *     since the answer with it must have been lost. Hence it asks one queue once at a time
 */
public record ClaimRequest(
    String queue, Set<String> kinds, int most, Duration patience, Set<Long> holding) {

  public static final int MOST_MAX = 100;
  public static final int HOLDING_MAX = 1_000;
  public static final Duration WAIT_MAX = Duration.ofSeconds(30);

  public ClaimRequest {
    Names.check("a job's queue", queue);
    kinds = Set.copyOf(kinds);
    holding = Set.copyOf(holding);
    if (most < 1 || most > MOST_MAX) {
      throw new IllegalArgumentException("most must be 1 to " + MOST_MAX + ", was " + most);
    }
    if (patience.isNegative() || patience.compareTo(WAIT_MAX) > 0) {
      throw new IllegalArgumentException(
          "the wait must be at most " + WAIT_MAX.toMillis() + " ms, was " + patience.toMillis());
    }
    if (holding.size() > HOLDING_MAX) {
      throw new IllegalArgumentException(
          "a worker may hold at most " + HOLDING_MAX + " jobs of a queue, had " + holding.size());
    }
  }
}
