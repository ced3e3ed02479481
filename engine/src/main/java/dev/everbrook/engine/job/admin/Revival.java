package dev.everbrook.engine.job.admin;

import dev.everbrook.engine.store.Tx;
import java.util.List;

/**
 * Puts jobs that ended badly back into their queues. A job leaves the history and is live again in
 * one statement. So of many attempts at once one does it, and the pruning of the history comes
 * before or after.
 *
 * <p>It keeps its id, what it was enqueued with, and how often it was claimed, so that the fences
 * of its old runs stay void. Its attempts begin anew, and so does its time, to which a delay that
 * it had is added. Its own retry policy stays. It reads what its children had told it by its end;
 * children that it waited for then, and that have not ended, no longer report to it.
 */
public final class Revival {

  private static final String REVIVE =
      """
      WITH gone AS (
             DELETE FROM everbrook.job_done
              WHERE id = ANY (ARRAY(
                      SELECT id FROM everbrook.job_done
                       WHERE id = ANY (?) AND outcome <> 'done' AND queue <> ?
                       ORDER BY id FOR UPDATE))
             RETURNING *)
      INSERT INTO everbrook.job
             (id, queue, kind, lane, priority, tokens, principal, payload, state, run, attempt,
              created_at, retried_at, run_at, deadline_at, parent, children, trace, error, retry)
      OVERRIDING SYSTEM VALUE
      SELECT id, queue, kind, lane, priority, tokens, principal, payload, 'ready', run, 0,
             created_at, now(), now(), now() + (deadline_at - coalesce(retried_at, created_at)),
             parent, children, trace, error, retry
        FROM gone
      RETURNING id, queue
      """;

  private static final String LET_GO =
      """
      UPDATE everbrook.job SET on_failure = NULL
       WHERE parent = ANY (?) AND on_failure IS NOT NULL
      """;

  private Revival() {}

  /**
   * Puts back those of these jobs that are in the history and did not end well.
   *
   * @param except but none of this queue; the empty name leaves out none
   * @return the queue of each that was put back
   */
  public static List<String> revive(Tx tx, String except, long... jobs) {
    record Revived(long job, String queue) {}
    List<Revived> revived =
        tx.list(REVIVE, row -> new Revived(row.getLong(1), row.getString(2)), jobs, except);
    if (!revived.isEmpty()) {
      tx.update(LET_GO, (Object) revived.stream().mapToLong(Revived::job).toArray());
    }
    return revived.stream().map(Revived::queue).toList();
  }
}
