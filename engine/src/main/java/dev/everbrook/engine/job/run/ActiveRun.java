package dev.everbrook.engine.job.run;

import dev.everbrook.engine.job.ChildEnd;
import dev.everbrook.engine.job.Ended;
import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.RetryPolicy;
import dev.everbrook.engine.job.Run;
import dev.everbrook.engine.job.StopReason;
import dev.everbrook.engine.job.claim.Claimed;
import dev.everbrook.engine.job.finish.FinishedRun;
import dev.everbrook.engine.job.finish.Verdict;
import dev.everbrook.engine.store.Fence;
import dev.everbrook.engine.store.Principal;
import dev.everbrook.engine.store.Tx;
import dev.everbrook.engine.world.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A run on this node, from its claim until it has left. Safe for use by many threads. */
final class ActiveRun implements Run, FinishedRun {

  private static final Logger log = LoggerFactory.getLogger(ActiveRun.class);

  private final Claimed claimed;
  private final RetryPolicy policy;
  private final OutcomeEffects effects;
  private final World world;
  private final BiConsumer<ActiveRun, Verdict> gone;
  private final long claimedAt;
  private final ReentrantLock lock = new ReentrantLock();
  private final List<Runnable> onStop = new ArrayList<>();
  private @Nullable Runnable interrupt;
  private long begunAt;
  private boolean knowsHowToStop;
  private @Nullable StopReason stopped;
  private boolean completed;
  private boolean ended;
  private OptionalInt tokensUsed = OptionalInt.empty();
  private boolean neverBegan;

  /**
   * @param gone called once, when the verdict has been written or is void
   */
  ActiveRun(
      Claimed claimed,
      RetryPolicy policy,
      OutcomeEffects effects,
      World world,
      BiConsumer<ActiveRun, Verdict> gone) {
    this.claimed = claimed;
    this.policy = policy;
    this.effects = effects;
    this.world = world;
    this.gone = gone;
    this.claimedAt = world.nanos();
  }

  @Override
  public long job() {
    return claimed.id();
  }

  @Override
  public int number() {
    return claimed.run();
  }

  @Override
  public int attempt() {
    return claimed.attempt();
  }

  @Override
  public boolean isLastAttempt() {
    return claimed.attempt() >= attemptsMax();
  }

  int attemptsMax() {
    return policy.attemptsMax();
  }

  @Override
  public String payload() {
    return claimed.payload().isEmpty() ? effects.payload(claimed) : claimed.payload();
  }

  @Override
  public long node() {
    return claimed.node();
  }

  @Override
  public Optional<StopReason> stopReason() {
    lock.lock();
    try {
      return Optional.ofNullable(stopped);
    } finally {
      lock.unlock();
    }
  }

  @Override
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

  @Override
  public String lane() {
    return claimed.links().lane();
  }

  @Override
  public Optional<Principal> principal() {
    return claimed.principal();
  }

  @Override
  public List<ChildEnd> children() {
    return effects.children(claimed.id());
  }

  @Override
  public ChildEnd.Page children(long after) {
    return effects.children(claimed.id(), after);
  }

  @Override
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

  /** Records that the job goes back unbegun: its lane and its queue get a refund. */
  void neverBegan() {
    lock.lock();
    try {
      unused();
      neverBegan = true;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean isChargedInVain() {
    lock.lock();
    try {
      return neverBegan && claimed.barred(Integer.MAX_VALUE, claimedAt).isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /** Records that no tokens were used, unless the handler has reported some. */
  void unused() {
    lock.lock();
    try {
      tokensUsed = OptionalInt.of(tokensUsed.orElse(0));
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void complete(Tx tx, String result) {
    Outcome.Done done = new Outcome.Done(result); // refuses a result that would break tx
    effects.end(tx, claimed, new Verdict.Finish(Ended.DONE, "", done.result()));
    lock.lock();
    try {
      completed = true;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean isCompleted() {
    lock.lock();
    try {
      return completed;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void end(Tx tx, Ended how, String reason) {
    if (how == Ended.DONE) {
      throw new IllegalArgumentException("a job that is done ends by complete");
    }
    effects.end(tx, claimed, new Verdict.Finish(how, reason, ""));
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

  @Override
  public Fence fence() {
    return claimed.fence();
  }

  @Override
  public int tokensToSettle() {
    lock.lock();
    try {
      int expected = claimed.links().tokens();
      return expected - tokensUsed.orElse(expected);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Claimed claimed() {
    return claimed;
  }

  long claimedAt() {
    return claimedAt;
  }

  /** The retry policy of its job. */
  RetryPolicy policy() {
    return policy;
  }

  /** Whether the attempt has exceeded its time. */
  boolean isOvertime(long now) {
    lock.lock();
    try {
      return interrupt != null && now - begunAt > policy.attemptTime().toNanos();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void left(Verdict verdict) {
    gone.accept(this, verdict);
  }

  /**
   * The run begins on a thread.
   *
   * @param interruption called when the run is to stop and has no action of its own
   */
  void begin(Runnable interruption, long now) {
    lock.lock();
    try {
      interrupt = interruption;
      begunAt = now;
    } finally {
      lock.unlock();
    }
  }

  void over() {
    lock.lock();
    try {
      interrupt = null;
      onStop.clear();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Asks the run to stop. The first reason counts, except that {@link StopReason#LOST} replaces it.
   */
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
      if (interrupt != null && !knowsHowToStop) {
        interrupt.run();
      }
    } finally {
      lock.unlock();
    }
    actions.forEach(this::stopBy);
  }

  private void stopBy(Runnable action) {
    try {
      action.run();
    } catch (Throwable e) { // wide: other runs have to stop too, and the node to close
      log.warn("{} could not be stopped as it knows how to", this, e);
    }
  }

  @Override
  public Duration remaining() {
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
