package dev.everbrook.engine.job;

import dev.everbrook.engine.store.Fence;
import dev.everbrook.engine.store.Principal;
import dev.everbrook.engine.store.StoreFailure;
import dev.everbrook.engine.store.Tx;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * One attempt at a job, as its handler sees it. Safe for use by many threads.
 *
 * <p>Every write of the run checks the {@link #fence}: once the incarnation of its node has ended,
 * the run can change nothing of the job.
 */
public interface Run {

  /** The most characters of results and errors that {@link #children()} reads at once. */
  int CHILDREN_BYTES_MAX = 32 * 1024 * 1024;

  /** The most children of one page. */
  int CHILDREN_PAGE_MAX = 1_000;

  /** The most bytes of payloads, results and errors in one page; the first always fits. */
  int PAGE_BYTES_MAX = 4 * NewJob.PAYLOAD_BYTES_MAX;

  /** The job's id. */
  long job();

  /** The number of claims of the job, this one included. */
  int number();

  /**
   * The number of this attempt, from 1. A run that does not count has the next attempt's number.
   */
  int attempt();

  /** Whether a failure of this attempt ends the job. */
  boolean isLastAttempt();

  /**
   * The JSON text of the payload. For a job that was claimed only to be ended, this call reads it
   * from the database.
   *
   * @throws StoreFailure if it has to be read and cannot be read
   * @throws NoLongerHeld if it has to be read and this run no longer holds the job
   */
  String payload();

  /** The incarnation of the node that holds the job. */
  long node();

  /** The fence of every write for the job. */
  Fence fence();

  /** The lane it was claimed from; empty for none. */
  String lane();

  /** The principal it is done for; empty for none. */
  Optional<Principal> principal();

  /** The time until the job's deadline; zero if that has passed. */
  Duration remaining();

  /** The reason why the run is to stop; empty if it is not. */
  Optional<StopReason> stopReason();

  /**
   * Calls {@code action} once when the run is asked to stop. Several actions are called in the
   * order of their registration, on the thread that stops the run; an action must be short, since
   * other runs are stopped after it. Its exception is logged, and the other actions are called all
   * the same. If the run has been asked to stop already, the action is called at once, on the
   * calling thread, and its exception is thrown there.
   *
   * <p>A run with an action is not interrupted: an interrupt in the middle of a statement would
   * break the database connection, and the end of the run could not be written.
   */
  void onStop(Runnable action);

  /**
   * The ends of the children of this job, of all that have ended, in the order of their ids. A job
   * that was put back from the history reads the children that had ended by its own end.
   *
   * @throws StoreFailure if they cannot be read
   * @throws IllegalStateException if their results and errors have more than {@value
   *     #CHILDREN_BYTES_MAX} characters: then read them {@linkplain #children(long) by pages}
   */
  List<ChildEnd> children();

  /**
   * The same by pages of at most {@value #CHILDREN_PAGE_MAX} children and {@value #PAGE_BYTES_MAX}
   * bytes of results and errors; the first child always fits.
   *
   * @param after the {@link ChildEnd.Page#next} of the page before; 0 for the first page
   * @throws StoreFailure if they cannot be read
   */
  ChildEnd.Page children(long after);

  /**
   * Reports the number of model tokens that the run really used. Its lane was charged the expected
   * number and gets the difference back when the run has ended. Without a report the expected
   * number counts, or none if the run ends as {@link Outcome.Limited}.
   *
   * @param tokens not negative
   * @throws IllegalArgumentException if it is negative
   */
  void usedTokens(int tokens);

  /**
   * Ends the job in the handler's own transaction: its writes and the job's end commit together, or
   * neither does. If this throws, roll the transaction back. The handler then returns {@link
   * Outcome.Done}; if the transaction was not committed by then, the attempt counts as failed.
   *
   * @param result JSON text, at most as long as that of {@link Outcome.Done}; empty for none
   * @throws NoLongerHeld if this run no longer holds the job
   * @throws IllegalArgumentException if the result is not JSON or is too long; the transaction is
   *     unchanged
   */
  void complete(Tx tx, String result);

  /** As {@link #complete(Tx, String)}, in a transaction that the caller commits. */
  default void complete(Connection connection, String result) {
    complete(Tx.joining(connection), result);
  }

  /** Whether {@link #complete} was called; its transaction may be uncommitted. */
  boolean isCompleted();

  /**
   * Ends the job within {@link Handler#ended}, in one transaction with the handler's other writes.
   * The transaction must have committed when that method returns.
   *
   * @param how the argument of that method, as is {@code reason}; not {@link Ended#DONE}
   * @throws NoLongerHeld if this run no longer holds the job
   * @throws IllegalArgumentException if {@code how} is {@link Ended#DONE}
   */
  void end(Tx tx, Ended how, String reason);
}
