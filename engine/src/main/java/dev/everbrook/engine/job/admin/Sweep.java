package dev.everbrook.engine.job.admin;

import dev.everbrook.engine.job.JobFilter;
import dev.everbrook.engine.job.NoLongerHeld;
import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.Run;
import dev.everbrook.engine.store.Fence;
import dev.everbrook.engine.store.Tx;
import java.util.Objects;
import tools.jackson.databind.json.JsonMapper;

/**
 * The progress of an operation on many jobs, newest first. It is the payload of the operation's own
 * job, and is updated in the transaction that changes the others. A sweep resumes where it stopped
 * and counts no job twice, on any node.
 *
 * @param filter the jobs to change
 * @param before the id below which it goes on
 * @param sum the changes so far
 */
public record Sweep(JobFilter filter, long before, Sum sum) {

  /**
   * The changes so far.
   *
   * @param jobs the number of changed jobs
   * @param looks the number of looks at a batch of rows
   */
  public record Sum(long jobs, long looks) {}

  private static final String KEEP =
      """
      UPDATE everbrook.job SET payload = ?::json
       WHERE id = ? AND run = ? AND state = 'running'
         AND owner = (SELECT id FROM everbrook.node WHERE id = ? FOR KEY SHARE)
      """;

  public Sweep {
    Objects.requireNonNull(filter, "what is swept needs a filter");
    Objects.requireNonNull(sum, "what is swept needs a sum");
  }

  public static Sweep of(JobFilter filter) {
    return new Sweep(filter, Long.MAX_VALUE, new Sum(0, 0));
  }

  /** The outcome of an operation that has come to the end. */
  Outcome done() {
    return new Outcome.Done(JsonMapper.shared().writeValueAsString(sum));
  }

  /** The progress after one more look, at jobs down to this id. */
  Sweep movedTo(long id, int jobs) {
    return new Sweep(filter, id, new Sum(sum.jobs() + jobs, sum.looks() + 1));
  }

  /**
   * Writes it to the row of the operation's job.
   *
   * @throws NoLongerHeld if the run no longer holds the job
   */
  void keep(Tx tx, Run run) {
    Fence held = run.fence();
    String payload = JsonMapper.shared().writeValueAsString(this);
    if (tx.update(KEEP, payload, held.job(), held.run(), held.node()) == 0) {
      throw new NoLongerHeld(run.toString());
    }
  }
}
