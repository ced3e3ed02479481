package dev.everbrook.engine.job;

import java.util.List;
import java.util.Optional;

/**
 * Queues as their operator sees them. Safe for use by many threads; all methods throw {@link
 * dev.everbrook.engine.store.StoreFailure}.
 */
public interface Queues {

  /** The longest page of {@link #list}. */
  int PAGE_MAX = 1_000;

  /** The queue, if it ever had a job or a setting. */
  Optional<QueueView> find(String queue);

  /**
   * A page of all queues in the order of their names (by code points).
   *
   * @param after the name that the page before ended with; {@code ""} for the first page
   * @param most 1 to {@link #PAGE_MAX}; only the last page has fewer
   */
  List<QueueView> list(String after, int most);

  /** Lets no node begin a job of this queue; running jobs go on. Survives restarts. */
  void pause(String queue);

  /** Lets the jobs of this queue begin again. */
  void resume(String queue);

  /** Limits a queue on all nodes together, beside the limits of its lanes. */
  void limit(String queue, QueueLimits limits);

  /** How many jobs each queue has in each state: exact, from maintained counters. */
  List<QueueView.Counts> counts();
}
