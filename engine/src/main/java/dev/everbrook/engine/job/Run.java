package dev.everbrook.engine.job;

import dev.everbrook.engine.world.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One attempt at a job, as its handler sees it. Safe for use by many threads.
 *
 * <p>The fence of everything the run does is (job, run, node): a run that lost its node's lease can
 * change nothing that belongs to the job.
 */
public final class Run {

  private final Claimed claimed;
  private final RetryPolicy policy;
  private final ReentrantLock lock = new ReentrantLock();
  private final List<Runnable> onStop = new ArrayList<>();
  private @Nullable Thread thread;
  private boolean knowsHowToStop;
  private @Nullable StopReason stopped;

  Run(Claimed claimed, RetryPolicy policy) {
    this.claimed = claimed;
    this.policy = policy;
  }

  public long job() {
    return claimed.id();
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

  /** The JSON text the job was enqueued with. */
  public String payload() {
    return claimed.payload();
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

  Claimed claimed() {
    return claimed;
  }

  void runsOn(Thread current) {
    lock.lock();
    try {
      thread = current;
    } finally {
      lock.unlock();
    }
  }

  /** No interrupt reaches the thread after this returned. */
  void over() {
    lock.lock();
    try {
      thread = null;
      onStop.clear();
    } finally {
      lock.unlock();
    }
    Thread.interrupted();
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
        thread.interrupt();
      }
    } finally {
      lock.unlock();
    }
    actions.forEach(Runnable::run);
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
    return claimed.kind() + " job " + claimed.id() + " attempt " + claimed.attempt();
  }
}
