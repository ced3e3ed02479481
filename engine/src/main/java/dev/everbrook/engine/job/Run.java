package dev.everbrook.engine.job;

import dev.everbrook.engine.store.Principal;
import dev.everbrook.engine.store.StoreFailure;
import dev.everbrook.engine.store.Tx;
import dev.everbrook.engine.world.World;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One attempt at a job, as its handler sees it. Safe for use by many threads.
 *
 * <p>The fence of everything the run does is (job, run, node): a run that lost its node's lease can
 * change nothing that belongs to the job.
 */
public final class Run {

  private static final Logger log = LoggerFactory.getLogger(Run.class);

  private final Claimed claimed;
  private final RetryPolicy policy;
  private final Aftermath aftermath;
  private final long claimedAt;
  private final ReentrantLock lock = new ReentrantLock();
  private final List<Runnable> onStop = new ArrayList<>();
  private @Nullable RunThread thread;
  private long begunAt;
  private boolean knowsHowToStop;
  private @Nullable StopReason stopped;
  private boolean completed;
  private boolean ended;
  private OptionalInt tokensUsed = OptionalInt.empty();
  private boolean neverBegan;

  /**
   * @param claimedAt on the world's clock
   */
  Run(Claimed claimed, RetryPolicy policy, Aftermath aftermath, long claimedAt) {
    this.claimed = claimed;
    this.policy = policy;
    this.aftermath = aftermath;
    this.claimedAt = claimedAt;
  }

  public long job() {
    return claimed.id();
  }

  /** How often the job has been claimed, this time included: with the node, its fence. */
  public int number() {
    return claimed.run();
  }

  /** From 1; a run that does not count (see {@link Outcome}) has the number of the next. */
  public int attempt() {
    return claimed.attempt();
  }

  /** Whether a failure of this attempt ends the job. */
  public boolean isLastAttempt() {
    return claimed.attempt() >= attemptsMax();
  }

  int attemptsMax() {
    return policy.attemptsMax();
  }

  /**
   * The JSON text the job was enqueued with. Of a job that is only to be ended it is read now.
   *
   * @throws StoreFailure if it has to be read and cannot be
   * @throws NoLongerHeld if it has to be read and the job is not this run's any more
   */
  public String payload() {
    return claimed.payload().isEmpty() ? aftermath.payload(this) : claimed.payload();
  }

  /** The node, in the life under which the job is held. */
  public long node() {
    return claimed.node();
  }

  /** Whether the job is to stop, and why. */
  public Optional<StopReason> stopReason() {
    lock.lock();
    try {
      return Optional.ofNullable(stopped);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Calls {@code action} when the run is asked to stop; at once, if it has been. A run that knows
   * how to stop is not interrupted: an interrupt in the middle of a statement would break the
   * database connection, and what is to be written at the end could not be.
   */
  public void onStop(Runnable action) {
    lock.lock();
    try {
      knowsHowToStop = true;
      if (stopped == null) {
        onStop.add(action);
        return;
      }
    } finally {
      lock.unlock();
    }
    action.run();
  }

  /** The lane it was claimed from; empty for none. */
  public String lane() {
    return claimed.ties().lane();
  }

  /** For whom it is done; nothing if for nobody. */
  public Optional<Principal> principal() {
    String id = claimed.ties().principal();
    return id.isEmpty() ? Optional.empty() : Optional.of(new Principal(id));
  }

  /**
   * How the children ended that this job waited for, in the order of their ids, of those that have
   * ended. One that was put back from the history reads those that had ended by its end.
   *
   * @throws StoreFailure if they cannot be read
   * @throws IllegalStateException if their results and errors have more than {@value
   *     Family#CHILDREN_BYTES_MAX} bytes: then read them {@linkplain #children(long) by pages}
   */
  public List<ChildEnd> children() {
    return aftermath.children(claimed.id());
  }

  /**
   * The same by pages, of at most {@value Family#PAGE_MAX} children and {@value Portions#BYTES_MAX}
   * bytes of results and errors, though one always fits.
   *
   * @param after the page before's {@link ChildPage#next}; 0 for the first
   * @throws StoreFailure if they cannot be read
   */
  public ChildPage children(long after) {
    return aftermath.children(claimed.id(), after);
  }

  /**
   * Says how many model tokens it really used: its lane, which was charged what was expected, gets
   * the difference when the run has ended. Where nothing is said, what was expected was used; by a
   * run that ends as {@link Outcome.Limited}, nothing.
   *
   * @param tokens not negative
   */
  public void usedTokens(int tokens) {
    if (tokens < 0) {
      throw new IllegalArgumentException("tokens used must not be negative, were " + tokens);
    }
    lock.lock();
    try {
      tokensUsed = OptionalInt.of(tokens);
    } finally {
      lock.unlock();
    }
  }

  /** It goes back as it came, so its lane and its queue get back what they were charged for it. */
  void neverBegan() {
    lock.lock();
    try {
      unused();
      neverBegan = true;
    } finally {
      lock.unlock();
    }
  }

  /** Whether its lane and its queue were charged for beginning it, and it never began. */
  boolean isChargedInVain() {
    lock.lock();
    try {
      return neverBegan && claimed.barred(Integer.MAX_VALUE, claimedAt).isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /** Nothing was used, unless the handler said what was. */
  void unused() {
    lock.lock();
    try {
      tokensUsed = OptionalInt.of(tokensUsed.orElse(0));
    } finally {
      lock.unlock();
    }
  }

  /**
   * Finishes the job in the handler's own transaction: what it did and the job's end are committed
   * together, or neither. Nothing of the transaction may be committed if this throws. The handler
   * then returns {@link Outcome.Done}; if the transaction was not committed by then, the attempt
   * counts as failed.
   *
   * @param result JSON text, empty for none; as long as that of {@link Outcome.Done} at most
   * @throws NoLongerHeld if the job is not this run's any more
   * @throws IllegalArgumentException if the result is no JSON or too long; the transaction is as it
   *     was
   */
  public void complete(Tx tx, String result) {
    Outcome.Done done = new Outcome.Done(result); // refuses what would break the transaction
    aftermath.end(tx, this, new Verdict.Finish(Ended.DONE, "", done.result()));
    lock.lock();
    try {
      completed = true;
    } finally {
      lock.unlock();
    }
  }

  /** As {@link #complete(Tx, String)}, in a transaction that the caller commits by itself. */
  public void complete(Connection connection, String result) {
    complete(Tx.joining(connection), result);
  }

  /** Whether {@link #complete} was called; its transaction may not have been committed. */
  public boolean isCompleted() {
    lock.lock();
    try {
      return completed;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Finishes the job within {@link Handler#ended}, in a transaction with what its end requires;
   * that has committed when the handler returns.
   *
   * @param how as that method was told, likewise the reason
   * @throws NoLongerHeld if the job is not this run's any more
   */
  public void end(Tx tx, Handler.End how, String reason) {
    Ended outcome = how == Handler.End.CANCELLED ? Ended.CANCELLED : Ended.FAILED;
    aftermath.end(tx, this, new Verdict.Finish(outcome, reason, ""));
    lock.lock();
    try {
      ended = true;
    } finally {
      lock.unlock();
    }
  }

  /** Whether {@link #end} was called. */
  boolean isEnded() {
    lock.lock();
    try {
      return ended;
    } finally {
      lock.unlock();
    }
  }

  /** The fence of what is done in the job's name. */
  public Hold hold() {
    return claimed.hold();
  }

  /** How many tokens are to be given back to its lane; less than nothing if it used more. */
  int tokensToSettle() {
    lock.lock();
    try {
      int expected = claimed.ties().tokens();
      return expected - tokensUsed.orElse(expected);
    } finally {
      lock.unlock();
    }
  }

  Claimed claimed() {
    return claimed;
  }

  long claimedAt() {
    return claimedAt;
  }

  /** Whether the attempt has taken longer than it may. */
  boolean isOvertime(long now) {
    lock.lock();
    try {
      return thread != null && now - begunAt > policy.attemptTime().toNanos();
    } finally {
      lock.unlock();
    }
  }

  void begin(RunThread current, long now) {
    lock.lock();
    try {
      thread = current;
      begunAt = now;
    } finally {
      lock.unlock();
    }
  }

  void over() {
    lock.lock();
    try {
      thread = null;
      onStop.clear();
    } finally {
      lock.unlock();
    }
  }

  /** The first reason counts, but for {@link StopReason#LOST}, which tops every other. */
  void stop(StopReason reason) {
    List<Runnable> actions;
    lock.lock();
    try {
      if (stopped != null && reason != StopReason.LOST) {
        return;
      }
      stopped = reason;
      actions = List.copyOf(onStop);
      onStop.clear();
      if (thread != null && !knowsHowToStop) {
        thread.stop(this);
      }
    } finally {
      lock.unlock();
    }
    actions.forEach(this::stopBy);
  }

  private void stopBy(Runnable action) {
    try {
      action.run();
    } catch (Throwable e) { // wide: others are to be asked to stop besides, and the node to close
      log.warn("{} could not be stopped as it knows how to", this, e);
    }
  }

  /** How long the job has until its deadline; nothing, if that has passed. */
  public Duration remaining(World world) {
    return Duration.ofNanos(Math.max(0, nanosToDeadline(world.nanos())));
  }

  long nanosToDeadline(long now) {
    return claimed.deadlineNanos() - now;
  }

  @Override
  public String toString() {
    return claimed.toString();
  }
}
