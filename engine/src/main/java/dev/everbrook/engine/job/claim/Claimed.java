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
 * @param run how often the job has been claimed; with the node, the fence of this claim
 * @param attempt how many of these claims count as attempts
 * @param payload empty if it was left where it is, since the job is only to be ended
 * @param deadlineNanos on the world's clock
 * @param waitedNanos how long it had been ready when it was claimed
 * @param cancelled whether somebody cancelled it before it was claimed
 * @param links what it has to do with others
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

  /** As it is told in logs: without its payload, which is nothing for them. */
  @Override
  public String toString() {
    return OneLine.of(kind) + " job " + id + " attempt " + attempt;
  }

  public Fence fence() {
    return new Fence(id, run, node);
  }

  /** The principal it is done for; nothing if there is none. */
  public Optional<Principal> principal() {
    String id = links.principal();
    return id.isEmpty() ? Optional.empty() : Optional.of(new Principal(id));
  }

  /** How it is retried, where its kind is retried like this. */
  public RetryPolicy policy(RetryPolicy ofKind) {
    return links.retry().orElse(ofKind);
  }

  /** The same after so long in its queue. */
  Claimed waited(long nanos) {
    return new Claimed(
        id, queue, kind, run, attempt, payload, node, deadlineNanos, nanos, cancelled, links);
  }

  public static final Outcome.Failed DEADLINE_PASSED =
      new Outcome.Failed("its deadline passed", false);

  /**
   * What a job has to do with others.
   *
   * @param lane empty for none
   * @param tokens what it was expected to use, and its lane was charged
   * @param linked whether its end concerns a parent, children, or one that is to follow it
   * @param failReason why it is to end as failed without running; empty if it is not
   * @param trace the W3C traceparent of who enqueued it; empty for none
   * @param principal the principal it is done for; empty for none
   * @param retry its own policy; nothing if its kind's is valid
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
   * How it ends without being run, if it is not to be run any more.
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
