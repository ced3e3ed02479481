package dev.everbrook.engine.job;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A job as its operator sees it, whether it lives or has ended. Texts that are not there are empty.
 *
 * @param lane empty for none
 * @param principal for whom it is done; empty for nobody
 * @param attempt how many of its runs counted as attempts
 * @param run how often it was claimed
 * @param tokens how many model tokens it is expected to use
 * @param cancelled whether somebody cancelled it; one that runs may go on for a moment
 * @param error why its last attempt did not do, or it is to fail
 * @param trace the W3C traceparent of who enqueued it
 * @param owner which node runs it
 */
public record JobView(
    long id,
    String queue,
    String kind,
    String lane,
    int priority,
    String principal,
    JobState state,
    int attempt,
    int run,
    int tokens,
    boolean cancelled,
    String error,
    String trace,
    Times times,
    Optional<Owner> owner,
    Kin kin) {

  /**
   * By the database's clock.
   *
   * @param retried when it was put back from the history
   * @param runAt when it may run, or could for the first time since it last waited; of a job that
   *     lives
   */
  public record Times(
      Instant created,
      Optional<Instant> retried,
      Optional<Instant> runAt,
      Instant deadline,
      Optional<Instant> finished) {}

  /**
   * The node that runs a job.
   *
   * @param node its life; see {@link Run#node}
   * @param name empty if that life is over
   */
  public record Owner(long node, String name) {}

  /**
   * What waits for it, and what it waits for.
   *
   * @param children how many it has ever waited for
   * @param pending how many of these have not ended
   */
  public record Kin(OptionalLong parent, int children, int pending) {}
}
