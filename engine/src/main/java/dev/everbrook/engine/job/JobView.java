package dev.everbrook.engine.job;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A job as its operator sees it, whether it lives or has ended. Texts that are not there are empty.
 *
 * @param lane empty for none
 * @param principal the principal it is done for; empty for none
 * @param attempt how many of its runs counted as attempts
 * @param run how often it was claimed
 * @param tokens how many model tokens it is expected to use
 * @param cancelled whether it was cancelled; a running job may go on for a moment
 * @param error why its last attempt failed, or why it is to fail
 * @param trace the W3C traceparent of its enqueueing
 * @param retry its own retry policy; nothing if that of its kind is valid
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
    Optional<RetryPolicy> retry,
    Times times,
    Optional<Owner> owner,
    Family family) {

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
   * @param node its incarnation; see {@link Run#node}
   * @param name empty if that incarnation is over
   */
  public record Owner(long node, String name) {}

  /**
   * Its parent and its children.
   *
   * @param children how many it has ever waited for
   * @param pending how many of these have not ended
   */
  public record Family(OptionalLong parent, int children, int pending) {}

  /**
   * One job with all that belongs to it.
   *
   * @param payload JSON text
   * @param result JSON text; empty for none
   */
  public record Detail(JobView job, String payload, String result) {}

  /**
   * Jobs, the newest first.
   *
   * @param jobs may be none although more follow, where few jobs fit the filter
   * @param next before which id to go on; nothing if there is nothing more
   */
  public record Page(List<JobView> jobs, OptionalLong next) {

    public Page {
      jobs = List.copyOf(jobs);
    }
  }
}
