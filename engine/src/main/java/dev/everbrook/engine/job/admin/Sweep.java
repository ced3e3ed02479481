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
 * How far something has come that goes through many jobs, newest first. It stands in the payload of
 * the job that does it and is moved on in the transaction that changes the others, so a node that
 * takes over goes on where that stopped, and counts nothing twice.
 *
 * @param filter which jobs
 * @param before the id below which it goes on
 * @param sum what was done so far
 */
public record Sweep(JobFilter filter, long before, Sum sum) {

  /**
   * What was done so far.
   *
   * @param jobs how many were changed
   * @param looks how many times some thousands of jobs were looked at
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

  /** The outcome of the job that has gone through all. */
  Outcome done() {
    return new Outcome.Done(JsonMapper.shared().writeValueAsString(sum));
  }

  /** After one more look, at jobs down to this id. */
  Sweep movedTo(long id, int jobs) {
    return new Sweep(filter, id, new Sum(sum.jobs() + jobs, sum.looks() + 1));
  }

  /**
   * Remembers it with the job.
   *
   * @throws NoLongerHeld if the job is not this run's any more
   */
  void keep(Tx tx, Run run) {
    Fence held = run.fence();
    String payload = JsonMapper.shared().writeValueAsString(this);
    if (tx.update(KEEP, payload, held.job(), held.run(), held.node()) == 0) {
      throw new NoLongerHeld(run.toString());
    }
  }
}
