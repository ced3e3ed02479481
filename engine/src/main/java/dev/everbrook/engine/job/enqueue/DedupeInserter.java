package dev.everbrook.engine.job.enqueue;

import dev.everbrook.engine.job.Dedupe;
import dev.everbrook.engine.job.Enqueued;
import dev.everbrook.engine.job.Enqueued.Fate;
import dev.everbrook.engine.job.NewJob;
import dev.everbrook.engine.job.claim.PolicyJson;
import dev.everbrook.engine.store.Tx;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * Enqueues jobs that have a dedupe key. Safe for use by many threads.
 *
 * <p>The row that has the key is locked first. The end of its job deletes the row. Either the end
 * came before, and then there is no such row and the offered job is new. Or the end waits for this
 * transaction, and then knows its follower.
 */
public final class DedupeInserter {

  private static final int TRIES_MAX = 100;

  private static final String FIND =
      """
      SELECT id, state = 'running', fail_reason IS NOT NULL, follower FROM everbrook.job
       WHERE queue = ? AND dedupe = ? FOR UPDATE
      """;

  private static final String ENQUEUE =
      """
      INSERT INTO everbrook.job (queue, kind, lane, priority, tokens, principal, payload, state,
                                 run_at, deadline_at, retry, trace, dedupe)
      VALUES (?, ?, ?, ?, ?, ?, ?::json, ?, now() + ? * interval '1 ms',
              now() + (?::bigint + ?) * interval '1 ms', nullif(?, '')::json, nullif(?, ''),
              nullif(?, ''))
      ON CONFLICT (queue, dedupe) WHERE dedupe IS NOT NULL DO NOTHING
      RETURNING id
      """;

  /**
   * A job that waits for children, or follows another job, stays blocked. A former follower that
   * was cancelled or retried is left alone.
   */
  private static final String REPLACE =
      """
      UPDATE everbrook.job AS j
         SET kind = ?, lane = ?, priority = ?, tokens = ?, principal = ?, payload = ?::json,
             retry = nullif(?, '')::json, trace = nullif(?, ''), attempt = 0, error = NULL,
             state = CASE WHEN state = 'blocked' THEN state ELSE ? END,
             run_at = first.at, deadline_at = first.at + ? * interval '1 ms'
        FROM (SELECT greatest(now(),
                              least(now() + ? * interval '1 ms',
                                    CASE WHEN ? THEN created_at + ? * interval '1 ms' END)) AS at
                FROM everbrook.job WHERE id = ?) AS first
       WHERE j.id = ? AND (j.dedupe IS NOT NULL OR j.state = 'blocked' AND j.run = 0)
      """;

  private static final String FOLLOW = "UPDATE everbrook.job SET follower = ? WHERE id = ?";

  /**
   * The job with the key.
   *
   * @param doomed whether it will end as failed without running again, because a child failed
   */
  record Found(long job, boolean running, boolean doomed, Optional<Long> follower) {

    /** Whether it can be replaced in its row: it has not begun, and no job follows it. */
    boolean isAlone() {
      return !running && !doomed && follower.isEmpty();
    }
  }

  /** Reads the columns of a row from this one on. */
  static Found found(ResultSet row, int column) throws SQLException {
    return new Found(
        row.getLong(column),
        row.getBoolean(column + 1),
        row.getBoolean(column + 2),
        Optional.ofNullable(row.getObject(column + 3, Long.class)));
  }

  private final JobInserter inserter;

  public DedupeInserter(JobInserter inserter) {
    this.inserter = inserter;
  }

  public Enqueued enqueue(Tx tx, NewJob job, String trace) {
    inserter.announceLanes(tx, List.of(job));
    for (int i = 0; i < TRIES_MAX; i++) {
      Optional<Found> found = find(tx, job);
      Optional<Enqueued> enqueued =
          found.isPresent()
              ? Optional.of(meet(tx, found.get(), job, trace))
              : add(tx, job, trace, job.delay().isZero() ? "ready" : "delayed", job.dedupe().key())
                  .map(id -> new Enqueued(id, Fate.NEW));
      if (enqueued.isPresent()) {
        return enqueued.get();
      }
    }
    throw new IllegalStateException(
        "jobs with dedupe key " + job.dedupe().key() + " come and go too fast: try again");
  }

  /**
   * Enqueues many jobs in one transaction, with keys or without, in portions of one statement each.
   * The rows of queues are locked first, then the keys of all portions in one order. The ids follow
   * the order of the jobs.
   */
  List<Enqueued> enqueueAll(Tx tx, List<NewJob> jobs, String trace) {
    inserter.announceLanes(tx, jobs);
    List<Long> ids = tx.list(Family.NEW_IDS, row -> row.getLong(1), jobs.size());
    List<Integer> order = DedupeBatch.byKey(jobs);
    Enqueued[] told = new Enqueued[jobs.size()];
    for (int from = 0; from < told.length; ) {
      List<NewJob> left = order.subList(from, told.length).stream().map(jobs::get).toList();
      List<NewJob> some = JobInserter.portion(left);
      List<Integer> which = order.subList(from, from + some.size());
      List<Enqueued> theirs =
          new DedupeBatch(this, tx, some, which.stream().map(ids::get).toList(), trace).enqueue();
      for (int i = 0; i < which.size(); i++) {
        told[which.get(i)] = theirs.get(i);
      }
      from += which.size();
    }
    return List.of(told);
  }

  private static Optional<Found> find(Tx tx, NewJob job) {
    return tx.first(FIND, row -> found(row, 1), job.queue(), job.dedupe().key());
  }

  static Enqueued meet(Tx tx, Found found, NewJob job, String trace) {
    return switch (job.dedupe().how()) {
      case REJECT -> new Enqueued(found.job(), Fate.REJECTED);
      case REPLACE, DEBOUNCE, KEEP_LAST -> keepLast(tx, found, job, trace);
    };
  }

  /**
   * The last offer runs last: an existing follower is replaced. A doomed job would take the new
   * payload with it, so the offered job follows it, without its children.
   */
  private static Enqueued keepLast(Tx tx, Found found, NewJob job, String trace) {
    Optional<Long> follower = found.follower().filter(it -> replace(tx, it, job, trace));
    if (follower.isPresent()) {
      return new Enqueued(follower.get(), Fate.FOLLOWS);
    }
    return found.running() || found.doomed()
        ? new Enqueued(follow(tx, found.job(), job, trace), Fate.FOLLOWS)
        : replaceFound(tx, found, job, trace);
  }

  private static Enqueued replaceFound(Tx tx, Found found, NewJob job, String trace) {
    replace(tx, found.job(), job, trace); // cannot fail: its row is locked and has the key
    return new Enqueued(found.job(), Fate.REPLACED);
  }

  /** Inserts a job; empty if another transaction took the key meanwhile. */
  private static Optional<Long> add(Tx tx, NewJob job, String trace, String state, String key) {
    return tx.first(
        ENQUEUE,
        row -> row.getLong(1),
        job.queue(),
        job.kind(),
        job.lane(),
        job.priority(),
        job.tokens(),
        job.principal(),
        job.payload(),
        state,
        job.delay().toMillis(),
        job.delay().toMillis(),
        job.deadline().toMillis(),
        PolicyJson.text(job.retry()),
        trace,
        key);
  }

  /** Replaces a waiting job; returns whether it still waited. */
  private static boolean replace(Tx tx, long id, NewJob job, String trace) {
    return tx.update(
            REPLACE,
            job.kind(),
            job.lane(),
            job.priority(),
            job.tokens(),
            job.principal(),
            job.payload(),
            PolicyJson.text(job.retry()),
            trace,
            job.delay().isZero() ? "ready" : "delayed",
            job.deadline().toMillis(),
            job.delay().toMillis(),
            job.dedupe().how() == Dedupe.How.DEBOUNCE,
            job.dedupe().most().toMillis(),
            id,
            id)
        == 1;
  }

  /**
   * Adds a follower. Its deadline counts from the time when it may run: see {@link
   * dev.everbrook.engine.job.finish.VerdictTable}.
   */
  private static long follow(Tx tx, long leader, NewJob job, String trace) {
    long follower = add(tx, job, trace, "blocked", "").orElseThrow();
    tx.update(FOLLOW, follower, leader);
    return follower;
  }
}
