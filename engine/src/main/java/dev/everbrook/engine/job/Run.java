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
 * <p>Everything the run does carries the {@link #fence}: a run that lost its node's lease can
 * change nothing that belongs to the job.
 */
public interface Run {

  /** The most bytes of results and errors that {@link #children()} reads at once. */
  int CHILDREN_BYTES_MAX = 32 * 1024 * 1024;

  /** The most children of one page. */
  int CHILDREN_PAGE_MAX = 1_000;

  /** The most bytes of payloads, results and errors in one page; the first always fits. */
  int PAGE_BYTES_MAX = 4 * NewJob.PAYLOAD_BYTES_MAX;

  /** The job's id. */
  long job();

  /** How often the job has been claimed, this claim included. */
  int number();

  /** From 1; a run that does not count (see {@link Outcome}) has the number of the next. */
  int attempt();

  /** Whether a failure of this attempt ends the job. */
  boolean isLastAttempt();

  /**
   * The JSON text the job was enqueued with. The payload of a job that is only to be ended is read
   * now.
   *
   * @throws StoreFailure if it has to be read and cannot be
   * @throws NoLongerHeld if it has to be read and the job is no longer this run's
   */
  String payload();

  /** The incarnation of the node that holds the job. */
  long node();

  /** The fence of everything that is done in the job's name. */
  Fence fence();

  /** The lane it was claimed from; empty for none. */
  String lane();

  /** The principal it is done for; nothing if there is none. */
  Optional<Principal> principal();

  /** How long the job has until its deadline; zero if that has passed. */
  Duration remaining();

  /** Whether the job is to stop, and why. */
  Optional<StopReason> stopReason();

  /**
   * Calls {@code action} when the run is asked to stop; at once, if it has been. A run with such an
   * action is not interrupted: an interrupt in the middle of a statement would break the database
   * connection, and the end of the run could not be written.
   */
  void onStop(Runnable action);

  /**
   * How the children ended that this job waited for, in the order of their ids, of those that have
   * ended. A job that was put back from the history reads those that had ended by its end.
   *
   * @throws StoreFailure if they cannot be read
   * @throws IllegalStateException if their results and errors have more than {@value
   *     #CHILDREN_BYTES_MAX} bytes: then read them {@linkplain #children(long) by pages}
   */
  List<ChildEnd> children();

  /**
   * The same by pages, of at most {@value #CHILDREN_PAGE_MAX} children and {@value #PAGE_BYTES_MAX}
   * bytes of results and errors, though the first child always fits.
   *
   * @param after the page before's {@link ChildEnd.Page#next}; 0 for the first
   * @throws StoreFailure if they cannot be read
   */
  ChildEnd.Page children(long after);

  /**
   * Reports how many model tokens the run really used. Its lane, which was charged what was
   * expected, gets the difference when the run has ended. Without a report the run used what was
   * expected, or nothing if it ends as {@link Outcome.Limited}.
   *
   * @param tokens not negative
   */
  void usedTokens(int tokens);

  /**
   * Finishes the job in the handler's own transaction: what it did and the job's end are committed
   * together, or neither. Nothing of the transaction may be committed if this throws. The handler
   * then returns {@link Outcome.Done}; if the transaction was not committed by then, the attempt
   * counts as failed.
   *
   * @param result JSON text, empty for none; as long as that of {@link Outcome.Done} at most
   * @throws NoLongerHeld if the job is no longer this run's
   * @throws IllegalArgumentException if the result is no JSON or too long; the transaction is as it
   *     was
   */
  void complete(Tx tx, String result);

  /** As {@link #complete(Tx, String)}, in a transaction that the caller commits. */
  default void complete(Connection connection, String result) {
    complete(Tx.joining(connection), result);
  }

  /** Whether {@link #complete} was called; its transaction may not have been committed. */
  boolean isCompleted();

  /**
   * Finishes the job within {@link Handler#ended}, in a transaction with what its end requires;
   * that has committed when the handler returns.
   *
   * @param how as that method was called with, likewise the reason; not {@link Ended#DONE}
   * @throws NoLongerHeld if the job is no longer this run's
   */
  void end(Tx tx, Ended how, String reason);
}
