package dev.everbrook.engine.job;

import dev.everbrook.engine.text.Names;
import java.time.Duration;
import java.util.Set;

/**
 * A request for jobs by a worker in another process.
 *
 * @param queue the queue to claim from
 * @param kinds the kinds of jobs; empty for all kinds that the worker registered
 * @param most the largest number of jobs, 1 to {@link #MOST_MAX}
 * @param patience the longest wait for the first job, at most {@link #WAIT_MAX}
 * @param holding all jobs that the worker holds by its own knowledge, at most {@link #HOLDING_MAX}.
 *     Unnamed jobs of this queue that the database records for the worker are returned again, since
 *     the reply with them must have been lost. A worker therefore sends one request a queue at a
 *     time
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
