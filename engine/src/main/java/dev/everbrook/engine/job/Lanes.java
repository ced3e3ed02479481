package dev.everbrook.engine.job;

import dev.everbrook.engine.store.Tx;
import java.sql.Connection;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * The lanes of queues: their limits and closings. Safe for use by many threads; all methods throw
 * {@link dev.everbrook.engine.store.StoreFailure}, and those that change a lane throw {@link
 * IllegalArgumentException} for a name that no queue or lane can have.
 *
 * <p>A lane is a key that jobs name: a tenant, a model, a provider's key. A lane without limits of
 * its own has the limits of the lane {@link #ALL}. The lanes of a queue are served in turn by their
 * weights, on all nodes together. Jobs of a lane at its limits or closed wait, and use up no
 * attempt.
 *
 * <p>With a {@link Tx} or a connection, a method takes part in the caller's transaction. It locks
 * the row of the queue until that commits, and with it the queue's claims: commit soon.
 */
public interface Lanes {

  /** The lane that holds the limits of all lanes of its queue without limits of their own. */
  String ALL = "*";

  /** The longest page of {@link #list}. */
  int PAGE_MAX = 200;

  /** The longest closing of a lane. */
  Duration CLOSED_MAX = Duration.ofDays(7);

  /** The number of lanes that one listener is told of at once. */
  int TOLD_AT_ONCE_MAX = 1_000;

  /**
   * Adds a listener, which is called when a lane is closed, on this node or any other; earlier
   * listeners stay. Each lane has a virtual thread of its own for its calls, so a listener may
   * block. Of several closings of a lane during a call, only the last is told. While {@value
   * #TOLD_AT_ONCE_MAX} lanes are being told, closings of other lanes are only logged. An exception
   * of a listener is logged. A closing on another node is usually told, but a notification may be
   * lost: nothing may depend on it.
   */
  void onClosed(Consumer<LaneClosed> listener);

  /**
   * A page of the lanes of a queue that are known or have ready jobs, in the order of their names
   * (by code points). {@link #ALL} is one of them, and so is the nameless lane of jobs without a
   * lane.
   *
   * @param from the first name of the page, inclusive: the {@link LaneView.Page#next} of the page
   *     before; {@code ""} for the first page
   * @param most 1 to {@link #PAGE_MAX}
   * @throws IllegalArgumentException if {@code most} is out of its bounds
   */
  LaneView.Page list(String queue, String from, int most);

  /** Limits a lane of a queue, or with {@link #ALL} all lanes without limits of their own. */
  void limit(String queue, String lane, LaneLimits limits);

  /** As {@link #limit(String, String, LaneLimits)}, in the caller's transaction. */
  void limit(Tx tx, String queue, String lane, LaneLimits limits);

  /** As {@link #limit(String, String, LaneLimits)}, in a transaction that the caller commits. */
  default void limit(Connection connection, String queue, String lane, LaneLimits limits) {
    limit(Tx.joining(connection), queue, lane, limits);
  }

  /** Removes a lane's own limits; those of {@link #ALL} apply to it again. */
  void unlimit(String queue, String lane);

  /** As {@link #unlimit(String, String)}, in the caller's transaction. */
  void unlimit(Tx tx, String queue, String lane);

  /** As {@link #unlimit(String, String)}, in a transaction that the caller commits. */
  default void unlimit(Connection connection, String queue, String lane) {
    unlimit(Tx.joining(connection), queue, lane);
  }

  /**
   * Closes a lane on all nodes for this time from now on. A time above {@link #CLOSED_MAX} is cut
   * to it, and logged; a negative time counts as zero. A closing that ends later stays. Jobs of the
   * lane wait; running jobs go on.
   *
   * @param lane empty for the nameless lane of jobs without a lane
   * @param reason shown to the operator; the first 500 characters are kept
   * @throws IllegalArgumentException also if the lane is {@link #ALL}, which holds limits only
   */
  void close(String queue, String lane, Duration time, String reason);

  /** As {@link #close(String, String, Duration, String)}, in the caller's transaction. */
  void close(Tx tx, String queue, String lane, Duration time, String reason);

  /**
   * As {@link #close(String, String, Duration, String)}, in a transaction that the caller commits.
   * No listener is called.
   */
  default void close(
      Connection connection, String queue, String lane, Duration time, String reason) {
    close(Tx.joining(connection), queue, lane, time, reason);
  }

  /** Ends the closing of a lane. */
  void open(String queue, String lane);

  /** As {@link #open(String, String)}, in the caller's transaction. */
  void open(Tx tx, String queue, String lane);

  /** As {@link #open(String, String)}, in a transaction that the caller commits. */
  default void open(Connection connection, String queue, String lane) {
    open(Tx.joining(connection), queue, lane);
  }
}
