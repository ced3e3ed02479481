package dev.everbrook.engine.job.claim;

import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.RetryPolicy;
import dev.everbrook.engine.store.Fence;
import dev.everbrook.engine.store.Principal;
import dev.everbrook.engine.text.OneLine;
import java.util.Optional;

/**
 * A job as this node holds it.
 *
 * @param run the number of claims of the job; with the node, the fence of this claim
 * @param attempt the number of claims that count as attempts
 * @param payload empty if it stayed in the row, since the job was claimed only to be ended
 * @param deadlineNanos on the world's clock
 * @param waitedNanos the time for which it had been ready at its claim
 * @param cancelled whether it was cancelled before its claim
 * @param links its relations to other jobs and to its lane
 */
public record Claimed(
    long id,
    String queue,
    String kind,
    int run,
    int attempt,
    String payload,
    long node,
    long deadlineNanos,
    long waitedNanos,
    boolean cancelled,
    Links links) {

  /** Its name in the log, without the payload, which does not belong there. */
  @Override
  public String toString() {
    return OneLine.of(kind) + " job " + id + " attempt " + attempt;
  }

  public Fence fence() {
    return new Fence(id, run, node);
  }

  /** The principal it is done for; empty for none. */
  public Optional<Principal> principal() {
    String id = links.principal();
    return id.isEmpty() ? Optional.empty() : Optional.of(new Principal(id));
  }

  /** Its retry policy, given that of its kind. */
  public RetryPolicy policy(RetryPolicy ofKind) {
    return links.retry().orElse(ofKind);
  }

  /** The same job with this time in its queue. */
  Claimed waited(long nanos) {
    return new Claimed(
        id, queue, kind, run, attempt, payload, node, deadlineNanos, nanos, cancelled, links);
  }

  public static final Outcome.Failed DEADLINE_PASSED =
      new Outcome.Failed("its deadline passed", false);

  /**
   * The relations of a job to other jobs and to its lane.
   *
   * @param lane empty for none
   * @param tokens the expected number of model tokens, as its lane was charged
   * @param linked whether its end concerns a parent, children, or a follower
   * @param failReason the reason to end it as failed without running it; empty if it is to run
   * @param trace the W3C traceparent of the enqueueing call; empty for none
   * @param principal the principal it is done for; empty for none
   * @param retry its own policy; empty if that of its kind applies
   */
  public record Links(
      String lane,
      int tokens,
      boolean linked,
      String failReason,
      String trace,
      String principal,
      Optional<RetryPolicy> retry) {}

  /**
   * The outcome of a job that must not run; empty if it may run.
   *
   * @param now on the world's clock
   */
  public Optional<Outcome> barred(int attemptsMax, long now) {
    if (cancelled) {
      return Optional.of(new Outcome.Cancelled());
    }
    if (!links.failReason().isEmpty()) {
      return Optional.of(new Outcome.Failed(links.failReason(), false));
    }
    if (deadlineNanos - now <= 0) {
      return Optional.of(DEADLINE_PASSED);
    }
    if (attempt > attemptsMax) {
      return Optional.of(new Outcome.Failed("all its attempts ended with their nodes", false));
    }
    return Optional.empty();
  }
}
