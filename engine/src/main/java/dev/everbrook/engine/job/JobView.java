package dev.everbrook.engine.job;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The operator's view of a job, live or ended. Absent texts are empty.
 *
 * @param lane empty for none
 * @param principal the principal it is done for; empty for none
 * @param attempt the number of its claims that count as attempts
 * @param run the number of its claims
 * @param tokens the number of model tokens it is expected to use
 * @param cancelled whether it was cancelled; a running job may go on for a moment
 * @param error the reason why its last attempt failed, or why it will fail
 * @param trace the W3C traceparent of the call that enqueued it
 * @param retry its own retry policy; empty if that of its kind applies
 * @param owner the node that runs it
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
   * Times by the database's clock.
   *
   * @param retried the time when it was put back from the history
   * @param runAt the time from which it may run, since its last wait; for live jobs only
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
   * @param name empty if that incarnation has ended
   */
  public record Owner(long node, String name) {}

  /**
   * The parent and the children of a job.
   *
   * @param children the number of children it has ever waited for
   * @param pending the number of these that have not ended
   */
  public record Family(OptionalLong parent, int children, int pending) {}

  /**
   * One job with its payload and result.
   *
   * @param payload JSON text
   * @param result JSON text; empty for none
   */
  public record Detail(JobView job, String payload, String result) {}

  /**
   * A page of jobs, the newest first.
   *
   * @param jobs may be empty although more follow, if few jobs match the filter
   * @param next the {@code before} of the next page; empty on the last page
   */
  public record Page(List<JobView> jobs, OptionalLong next) {

    public Page {
      jobs = List.copyOf(jobs);
    }
  }
}
