package dev.everbrook.engine.job;

import dev.everbrook.engine.store.Tx;
import java.sql.Connection;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * The lanes of queues: the limits of each, and when it is closed. Safe for use by many threads; all
 * methods throw {@link dev.everbrook.engine.store.StoreFailure}.
 *
 * <p>A lane is a key that jobs name: a tenant, a model, a provider's key. A lane without limits of
 * its own has those of the lane {@link #ALL}, if that has any. The lanes of a queue are served in
 * turn by their weights, on all nodes together. Jobs of a lane that is limited or closed wait
 * without using up attempts.
 */
public interface Lanes {

  /** The name under which limits are kept for all lanes of a queue that have none of their own. */
  String ALL = "*";

  /** The longest page of {@link #list}. */
  int PAGE_MAX = 1_000;

  /** The longest time that a lane is closed. */
  Duration CLOSED_MAX = Duration.ofDays(7);

  /** How many lanes one listener is told of at once. */
  int TOLD_AT_ONCE_MAX = 1_000;

  /**
   * Calls {@code listener} when a lane is closed, on this node or any other. Each lane is told on a
   * virtual thread of its own, so a listener may take its time: further closings of the same lane
   * meanwhile are told as one, the last; while {@value #TOLD_AT_ONCE_MAX} lanes are being told,
   * closings of other lanes are only logged. An exception of a listener is logged. A closing on
   * another node is usually told, but a ring may be lost; nothing may depend on it.
   */
  void onClosed(Consumer<LaneClosed> listener);

  /**
   * A page of the lanes of a queue that are known or have jobs ready, in the order of their names
   * (by code points): {@link #ALL} is one of them, and so is the nameless one of jobs without a
   * lane.
   *
   * @param from the name to begin with; {@code ""} for the first page
   * @param most 1 to {@link #PAGE_MAX}
   */
  LaneView.Page list(String queue, String from, int most);

  /** Limits a lane of a queue, or with {@link #ALL} the lanes that have no limits of their own. */
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
   * Closes a lane for all nodes for so long from now on, at most {@link #CLOSED_MAX}: a longer time
   * is cut to that, and logged. A lane that is closed for longer already stays so. Jobs of the lane
   * wait; running jobs go on.
   *
   * @param lane empty for the jobs of the queue that have none
   * @param reason shown to the operator
   * @throws IllegalArgumentException if the lane is {@link #ALL}, which holds limits only
   */
  void close(String queue, String lane, Duration time, String reason);

  /** As {@link #close(String, String, Duration, String)}, in the caller's transaction. */
  void close(Tx tx, String queue, String lane, Duration time, String reason);

  /**
   * As {@link #close(String, String, Duration, String)}, in a transaction that the caller commits.
   * No listener is told.
   */
  default void close(
      Connection connection, String queue, String lane, Duration time, String reason) {
    close(Tx.joining(connection), queue, lane, time, reason);
  }

  /** Opens a lane before its time. */
  void open(String queue, String lane);

  /** As {@link #open(String, String)}, in the caller's transaction. */
  void open(Tx tx, String queue, String lane);

  /** As {@link #open(String, String)}, in a transaction that the caller commits. */
  default void open(Connection connection, String queue, String lane) {
    open(Tx.joining(connection), queue, lane);
  }
}
