package dev.everbrook.engine.job.enqueue;

import dev.everbrook.engine.job.NewJob;
import dev.everbrook.engine.job.claim.PolicyJson;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Sql;
import dev.everbrook.engine.store.Tx;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Inserts the rows of waiting jobs. Safe for use by many threads. */
public final class JobInserter {

  /** The most jobs of one statement. */
  public static final int BATCH_MAX = 1_000;

  private static final String ENQUEUE =
      """
      INSERT INTO everbrook.job (queue, kind, lane, priority, tokens, principal, payload, state,
                                 run_at, deadline_at, retry, trace)
      VALUES (?, ?, ?, ?, ?, ?, ?::json, ?, now() + ? * interval '1 ms',
              now() + (?::bigint + ?) * interval '1 ms', nullif(?, '')::json, nullif(?, ''))
      RETURNING id
      """;

  private static final String ENQUEUE_ALL =
      """
      INSERT INTO everbrook.job (queue, kind, lane, priority, tokens, principal, payload, state,
                                 run_at, deadline_at, retry, trace)
      SELECT queue, kind, lane, priority, tokens, principal, payload::json,
             CASE WHEN delay = 0 THEN 'ready' ELSE 'delayed' END,
             now() + delay * interval '1 ms', now() + (delay + deadline) * interval '1 ms',
             nullif(retry, '')::json, nullif(trace, '')
        FROM unnest(?::text[], ?::text[], ?::text[], ?::int[], ?::int[], ?::text[], ?::text[],
                    ?::bigint[], ?::bigint[], ?::text[], ?::text[]) WITH ORDINALITY
          AS n(queue, kind, lane, priority, tokens, principal, payload, delay, deadline, retry,
               trace, nth)
       ORDER BY nth
      RETURNING id
      """;

  private static final String IS_LANED = "SELECT laned FROM everbrook.queue WHERE name = ?";

  private static final String MARK_LANED =
      """
      INSERT INTO everbrook.queue AS q (name, laned) VALUES (?, true)
      ON CONFLICT (name) DO UPDATE SET laned = true WHERE NOT q.laned
      """;

  private final Set<String> laned = ConcurrentHashMap.newKeySet();

  /** Enqueues a job without a dedupe key and returns its id. */
  public long enqueue(Tx tx, NewJob job, String trace) {
    announceLanes(tx, List.of(job));
    return add(tx, job, trace);
  }

  /** Enqueues a job that has neither a dedupe key nor a lane. */
  long enqueue(Database database, NewJob job, String trace) {
    return add(database, job, trace);
  }

  private static long add(Sql sql, NewJob job, String trace) {
    return sql.only(
        ENQUEUE,
        row -> row.getLong(1),
        job.queue(),
        job.kind(),
        job.lane(),
        job.priority(),
        job.tokens(),
        job.principal(),
        job.payload(),
        job.delay().isZero() ? "ready" : "delayed",
        job.delay().toMillis(),
        job.delay().toMillis(),
        job.deadline().toMillis(),
        PolicyJson.text(job.retry()),
        trace);
  }

  /** The first of these jobs, as many as fit one statement. */
  public static List<NewJob> portion(List<NewJob> jobs) {
    int most = 0;
    int weight = 0;
    while (most < jobs.size() && weight < Weight.BATCH_MAX) {
      weight += Weight.of(jobs.get(most).payload());
      most++;
    }
    return jobs.subList(0, most);
  }

  /** Enqueues at most {@link #BATCH_MAX} jobs without dedupe keys; returns their ids in order. */
  List<Long> enqueueAll(Tx tx, List<NewJob> jobs, List<String> traces) {
    announceLanes(tx, jobs);
    return addAll(tx, jobs, traces);
  }

  /** The same in a transaction of its own, which is one statement if no job has a lane. */
  List<Long> enqueueAll(Database database, List<NewJob> jobs, List<String> traces) {
    return jobs.stream().allMatch(job -> job.lane().isEmpty())
        ? addAll(database, jobs, traces)
        : database.tx(tx -> enqueueAll(tx, jobs, traces));
  }

  private static List<Long> addAll(Sql sql, List<NewJob> jobs, List<String> traces) {
    return sql.list(
        ENQUEUE_ALL,
        row -> row.getLong("id"),
        JobArrays.of(jobs).between(List.of(), (Object) traces.toArray(String[]::new)));
  }

  /**
   * Marks the queues of jobs with lanes: from then on they are claimed in turn. A mark is
   * remembered here only after it was read as committed. The rows are locked in the order of their
   * names, so that callers with many queues do not deadlock.
   */
  void announceLanes(Tx tx, List<NewJob> jobs) {
    jobs.stream()
        .filter(job -> !job.lane().isEmpty())
        .map(NewJob::queue)
        .filter(queue -> !laned.contains(queue))
        .distinct()
        .sorted()
        .forEach(queue -> announceLanes(tx, queue));
  }

  private void announceLanes(Tx tx, String queue) {
    if (tx.first(IS_LANED, row -> row.getBoolean(1), queue).orElse(false)) {
      tx.afterCommit(() -> laned.add(queue));
    } else {
      tx.update(MARK_LANED, queue);
    }
  }
}
