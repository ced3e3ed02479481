package dev.everbrook.engine.job.remote;

import dev.everbrook.engine.job.RemoteWorkers;
import dev.everbrook.engine.job.RetryPolicy;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Principal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * The rows of workers in other processes. Each request first finds the row and renews the lease in
 * one statement. So any node can serve it, and a requesting worker is alive. Safe for use by many
 * threads.
 */
public final class WorkerTable {

  private static final String REGISTER =
      """
      WITH incarnation AS (
             INSERT INTO everbrook.node (name, beat_at, lease_ends, by_lease)
             SELECT ?, now(), now() + ? * interval '1 ms', true
              WHERE (SELECT count(*) FROM everbrook.worker) < ?
             RETURNING id)
      INSERT INTO everbrook.worker (id, public_id, principal, lease_ms, kinds)
      SELECT id, ?, ?, ?, ?::json FROM incarnation
      """;

  private static final String RENEW =
      """
      UPDATE everbrook.node n
         SET beat_at = now(), lease_ends = now() + w.lease_ms * interval '1 ms'
        FROM everbrook.worker w
       WHERE w.public_id = ? AND w.principal = ? AND n.id = w.id
      RETURNING n.id, w.kinds
      """;

  /** Locks the incarnation's row: from now on it claims nothing. */
  private static final String LOCK =
      """
      SELECT n.id FROM everbrook.node n JOIN everbrook.worker w ON w.id = n.id
       WHERE w.public_id = ? AND w.principal = ? FOR UPDATE OF n
      """;

  private static final String GIVE_BACK =
      """
      UPDATE everbrook.job SET state = 'ready', owner = NULL, attempt = attempt - 1
       WHERE owner = ? AND state = 'running'
      RETURNING queue
      """;

  private static final String END = "DELETE FROM everbrook.node WHERE id = ?";

  private final Database database;

  public WorkerTable(Database database) {
    this.database = database;
  }

  /** Begins a worker's incarnation; returns false if too many workers are registered. */
  public boolean register(
      UUID id, Principal whose, String name, Duration lease, Map<String, RetryPolicy> kinds) {
    return database.update(
            REGISTER,
            name,
            lease.toMillis(),
            RemoteWorkers.WORKERS_MAX,
            id,
            whose.id(),
            lease.toMillis(),
            Worker.toJson(kinds))
        > 0;
  }

  /** The worker, with its lease renewed; empty if its incarnation has ended. */
  public Optional<Worker> renew(UUID id, Principal whose) {
    return database.first(
        RENEW, row -> new Worker(row.getLong(1), Worker.kinds(row.getString(2))), id, whose.id());
  }

  /**
   * Ends a worker's incarnation and gives back its jobs, which uses up no attempts.
   *
   * @return the queues in which a job is ready now; empty if the incarnation had ended
   */
  public Optional<List<String>> end(UUID id, Principal whose) {
    return database.tx(tx -> {
      Optional<Long> node = tx.first(LOCK, row -> row.getLong(1), id, whose.id());
      Optional<List<String>> queues =
          node.map(it -> tx.list(GIVE_BACK, row -> row.getString(1), it));
      node.ifPresent(it -> tx.update(END, it));
      return queues;
    });
  }
}
