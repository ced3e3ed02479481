package dev.everbrook.engine.job;

import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.world.Loop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes verdicts, all that came together in one statement: while one is under way the next batch
 * gathers, so that an idle node waits for nothing and a busy one commits seldom.
 *
 * <p>The statement is fenced by (job, run, node) and by the node's life. A verdict that finds its
 * job no longer held changes nothing. Writing one twice changes nothing either, so after a lost
 * connection the batch is simply sent again. The queue is bounded by the places of the queues: a
 * job keeps its place until its verdict is written.
 */
final class Finisher implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Finisher.class);
  private static final int BATCH_MAX = 1_000;
  private static final Duration IDLE = Duration.ofSeconds(10);
  private static final String AGAIN = "again";

  private static final String WRITE =
      """
      WITH alive AS MATERIALIZED (
             SELECT id FROM everbrook.node WHERE id = ANY (?) FOR KEY SHARE),
           verdict AS (
             SELECT * FROM unnest(?::bigint[], ?::int[], ?::bigint[], ?::text[], ?::text[],
                                  ?::bigint[], ?::int[])
                        AS v(job, run, node, outcome, error, wait_ms, counts)
              WHERE node IN (SELECT id FROM alive)),
           finished AS (
             DELETE FROM everbrook.job j USING verdict v
              WHERE j.id = v.job AND j.run = v.run AND j.owner = v.node AND v.outcome <> 'again'
             RETURNING j.id, j.queue, j.kind, v.outcome, j.attempt, j.created_at, v.error,
                       j.payload),
           history AS (
             INSERT INTO everbrook.job_done
                    (id, queue, kind, outcome, attempt, created_at, error, payload)
             SELECT id, queue, kind, outcome, attempt, created_at, nullif(error, ''), payload
               FROM finished
             RETURNING id),
           again AS (
             UPDATE everbrook.job j
                SET owner = NULL,
                    state = CASE WHEN v.wait_ms = 0 OR j.cancelled THEN 'ready'
                                 ELSE 'delayed' END,
                    run_at = least(now() + v.wait_ms * interval '1 ms', j.deadline_at),
                    attempt = j.attempt - 1 + v.counts,
                    error = coalesce(nullif(v.error, ''), j.error)
               FROM verdict v
              WHERE j.id = v.job AND j.run = v.run AND j.owner = v.node AND v.outcome = 'again'
             RETURNING j.id)
      SELECT id FROM history UNION ALL SELECT id FROM again
      """;

  private record Pending(Run run, Verdict verdict) {}

  private final Database database;
  private final JobMeters meters;
  private final ConcurrentLinkedQueue<Pending> queue = new ConcurrentLinkedQueue<>();
  private final Loop loop;
  private volatile BiConsumer<Run, Verdict> left = (_, _) -> {};

  /** What could not be written yet; the loop's own. */
  private List<Pending> batch = List.of();

  Finisher(Database database, JobMeters meters) {
    this.meters = meters;
    this.database = database;
    this.loop = Loop.start("finish", this::step);
  }

  /** Calls {@code listener} for each run whose verdict has been written or is void. */
  void onLeft(BiConsumer<Run, Verdict> listener) {
    left = listener;
  }

  void submit(Run run, Verdict verdict) {
    queue.add(new Pending(run, verdict));
    loop.wake();
  }

  private Duration step() {
    if (batch.isEmpty()) {
      batch = gather();
    }
    if (batch.isEmpty()) {
      return IDLE;
    }
    Set<Long> written = new HashSet<>(write(batch));
    List<Pending> done = batch;
    batch = List.of();
    for (Pending pending : done) {
      if (written.contains(pending.run().job())) {
        meters.written(pending.verdict());
      } else {
        meters.fenced();
        log.info("{} is no longer held by this node; its verdict was dropped", pending.run());
      }
      left.accept(pending.run(), pending.verdict());
    }
    return Duration.ZERO;
  }

  private List<Pending> gather() {
    List<Pending> gathered = new ArrayList<>();
    Pending next;
    while (gathered.size() < BATCH_MAX && (next = queue.poll()) != null) {
      gathered.add(next);
    }
    return gathered;
  }

  private List<Long> write(List<Pending> pending) {
    int n = pending.size();
    long[] jobs = new long[n];
    int[] runs = new int[n];
    long[] nodes = new long[n];
    String[] outcomes = new String[n];
    String[] errors = new String[n];
    long[] waits = new long[n];
    int[] counts = new int[n];
    for (int i = 0; i < n; i++) {
      Claimed claimed = pending.get(i).run().claimed();
      jobs[i] = claimed.id();
      runs[i] = claimed.run();
      nodes[i] = claimed.node();
      switch (pending.get(i).verdict()) {
        case Verdict.Finish(var how, var error) -> {
          outcomes[i] = how.column();
          errors[i] = clean(error);
        }
        case Verdict.RunAgain(var after, var attempted, var error) -> {
          outcomes[i] = AGAIN;
          errors[i] = clean(error);
          waits[i] = after.toMillis();
          counts[i] = attempted ? 1 : 0;
        }
      }
    }
    return database.list(
        WRITE, row -> row.getLong(1), nodes, jobs, runs, nodes, outcomes, errors, waits, counts);
  }

  /** The one character that PostgreSQL's text cannot hold. */
  private static String clean(String error) {
    return error.replace('\0', '\uFFFD');
  }

  @Override
  public void close() {
    loop.close();
  }
}
