package dev.everbrook.engine.job;

import dev.everbrook.engine.store.Tx;
import java.sql.Connection;
import java.util.List;
import java.util.Optional;

/**
 * The operator's view of queues, their limits and pauses. Safe for use by many threads; all methods
 * throw {@link dev.everbrook.engine.store.StoreFailure}, and those that change a queue throw {@link
 * IllegalArgumentException} for a name that no queue can have.
 *
 * <p>With a {@link Tx} or a connection, a method takes part in the caller's transaction. The row of
 * the queue is locked until that commits, and with it the claims of a queue that has lanes or
 * limits: commit soon.
 */
public interface Queues {

  /** The longest page of {@link #list}. */
  int PAGE_MAX = 1_000;

  /** The queue; empty if it never had a job or a setting. */
  Optional<QueueView> find(String queue);

  /**
   * A page of all queues in the order of their names (by code points).
   *
   * @param after the last name of the page before, exclusive; {@code ""} for the first page
   * @param most 1 to {@link #PAGE_MAX}; only the last page has fewer
   * @throws IllegalArgumentException if {@code most} is out of its bounds
   */
  List<QueueView> list(String after, int most);

  /** Stops all nodes from beginning jobs of this queue; running jobs go on. Survives restarts. */
  void pause(String queue);

  /** As {@link #pause(String)}, in the caller's transaction. */
  void pause(Tx tx, String queue);

  /** As {@link #pause(String)}, in a transaction that the caller commits. */
  default void pause(Connection connection, String queue) {
    pause(Tx.joining(connection), queue);
  }

  /** Lets the jobs of this queue begin again. */
  void resume(String queue);

  /** As {@link #resume(String)}, in the caller's transaction. */
  void resume(Tx tx, String queue);

  /** As {@link #resume(String)}, in a transaction that the caller commits. */
  default void resume(Connection connection, String queue) {
    resume(Tx.joining(connection), queue);
  }

  /** Limits a queue on all nodes together, in addition to the limits of its lanes. */
  void limit(String queue, QueueLimits limits);

  /** As {@link #limit(String, QueueLimits)}, in the caller's transaction. */
  void limit(Tx tx, String queue, QueueLimits limits);

  /** As {@link #limit(String, QueueLimits)}, in a transaction that the caller commits. */
  default void limit(Connection connection, String queue, QueueLimits limits) {
    limit(Tx.joining(connection), queue, limits);
  }

  /** The number of jobs of each queue in each state: exact, from maintained counters. */
  List<QueueView.Counts> counts();
}
