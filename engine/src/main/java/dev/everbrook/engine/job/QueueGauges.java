package dev.everbrook.engine.job;

import dev.everbrook.engine.store.Database;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Measures queues and what of the database makes them slow, every {@link #EVERY} on each node that
 * works: what all nodes measure is the same. Nothing is counted row by row. The ages of what is
 * ready come from the index: the first of each lane and priority is the one that has waited.
 */
final class QueueGauges {

  private static final Duration EVERY = Duration.ofSeconds(10);

  /** Those with the most live jobs. */
  static final int QUEUES_MAX = 100;

  /** Lanes and priorities of a queue that are looked at, in the order of their names. */
  private static final int LINES_MAX = 500;

  /** Those whose jobs have waited longest. */
  private static final int LANES_MAX = 100;

  private static final String OLDEST =
      """
      SELECT q.name, line.lane, greatest(0, extract(epoch FROM max(now() - line.run_at))) AS age_s
        FROM unnest(?::text[]) AS q(name)
       CROSS JOIN LATERAL (
             WITH RECURSIVE line(lane, priority, run_at, n) AS (
                    (SELECT j.lane, j.priority, j.run_at, 1 FROM everbrook.job j
                      WHERE j.queue = q.name AND j.state = 'ready'
                      ORDER BY j.queue, j.lane, j.priority, j.id LIMIT 1)
                    UNION ALL
                    SELECT next.lane, next.priority, next.run_at, line.n + 1
                      FROM line
                     CROSS JOIN LATERAL (
                           SELECT j.lane, j.priority, j.run_at FROM everbrook.job j
                            WHERE j.queue = q.name AND j.state = 'ready'
                              AND (j.lane, j.priority) > (line.lane, line.priority)
                            ORDER BY j.queue, j.lane, j.priority, j.id LIMIT 1) AS next
                     WHERE line.n < ?)
             SELECT lane, run_at FROM line) AS line
       GROUP BY GROUPING SETS ((q.name), (q.name, line.lane))
       ORDER BY grouping(line.lane) DESC, age_s DESC LIMIT ?
      """;

  /** Vacuum keeps what somebody may still see: the oldest of all who look says since when. */
  private static final String BALLAST =
      """
      SELECT coalesce((SELECT n_dead_tup FROM pg_stat_user_tables
                        WHERE relid = 'everbrook.job'::regclass), 0),
             greatest((SELECT max(age(backend_xmin)) FROM pg_stat_activity
                        WHERE pid <> pg_backend_pid()),
                      (SELECT max(age(xmin)) FROM pg_replication_slots),
                      (SELECT max(age(transaction)) FROM pg_prepared_xacts),
                      0),
             coalesce((SELECT extract(epoch FROM clock_timestamp() - min(xact_start))
                         FROM pg_stat_activity
                        WHERE backend_xmin IS NOT NULL AND pid <> pg_backend_pid()
                          AND datname = current_database()), 0)
      """;

  private record Age(String queue, String lane, boolean wholeQueue, double seconds) {}

  private record Ballast(long dead, long xminAge, double transactionS) {}

  private final Database database;
  private final Queues queues;
  private final MultiGauge jobs;
  private final MultiGauge oldest;
  private final MultiGauge oldestOfLanes;
  private final MultiGauge dead;
  private final MultiGauge xmin;
  private final MultiGauge transaction;

  QueueGauges(Database database, Queues queues, MeterRegistry registry) {
    this.database = database;
    this.queues = queues;
    jobs = gauge(registry, "everbrook.queue.jobs", "jobs", "live jobs by state");
    oldest =
        gauge(
            registry,
            "everbrook.queue.oldest.ready",
            "seconds",
            "how long the job has waited that has been ready longest");
    oldestOfLanes =
        gauge(
            registry,
            "everbrook.lane.oldest.ready",
            "seconds",
            "the same for the lanes that wait longest");
    dead =
        gauge(
            registry,
            "everbrook.postgres.dead",
            "rows",
            "rows of the table of jobs that vacuum has not removed");
    xmin =
        gauge(
            registry,
            "everbrook.postgres.xmin.age",
            "transactions",
            "how many transactions ago the oldest snapshot that vacuum has to respect began");
    transaction =
        gauge(
            registry,
            "everbrook.postgres.transaction.oldest",
            "seconds",
            "how long the oldest transaction with a snapshot has been open");
  }

  private static MultiGauge gauge(
      MeterRegistry registry, String name, String unit, String description) {
    return MultiGauge.builder(name).baseUnit(unit).description(description).register(registry);
  }

  Duration step() {
    List<QueueCounts> counts =
        queues.counts().stream()
            .sorted(Comparator.comparingLong(QueueGauges::live).reversed())
            .limit(QUEUES_MAX)
            .toList();
    measureJobs(counts);
    measureAges(counts);
    measureBallast();
    return EVERY;
  }

  private static long live(QueueCounts queue) {
    return queue.ready() + queue.delayed() + queue.blocked() + queue.running();
  }

  private void measureJobs(List<QueueCounts> counts) {
    List<MultiGauge.Row<?>> rows = new ArrayList<>();
    for (QueueCounts queue : counts) {
      rows.add(row(queue, JobState.READY, queue.ready()));
      rows.add(row(queue, JobState.DELAYED, queue.delayed()));
      rows.add(row(queue, JobState.BLOCKED, queue.blocked()));
      rows.add(row(queue, JobState.RUNNING, queue.running()));
    }
    jobs.register(rows, true);
  }

  private static MultiGauge.Row<Number> row(QueueCounts queue, JobState state, long n) {
    return MultiGauge.Row.of(Tags.of("queue", queue.queue(), "state", state.column()), n);
  }

  private void measureAges(List<QueueCounts> counts) {
    Map<String, Double> byQueue = new HashMap<>();
    counts.forEach(queue -> byQueue.put(queue.queue(), 0.0));
    List<MultiGauge.Row<?>> lanes = new ArrayList<>();
    for (Age age : ages(counts)) {
      if (age.wholeQueue()) {
        byQueue.put(age.queue(), age.seconds());
      } else if (!age.lane().isEmpty()) {
        lanes.add(
            MultiGauge.Row.of(Tags.of("queue", age.queue(), "lane", age.lane()), age.seconds()));
      }
    }
    List<MultiGauge.Row<?>> rows = new ArrayList<>();
    byQueue.forEach((queue, s) -> rows.add(MultiGauge.Row.of(Tags.of("queue", queue), s)));
    oldest.register(rows, true);
    oldestOfLanes.register(lanes, true);
  }

  private List<Age> ages(List<QueueCounts> counts) {
    String[] waiting =
        counts.stream().filter(it -> it.ready() > 0).map(QueueCounts::queue).toArray(String[]::new);
    return database.list(
        OLDEST,
        row -> {
          String lane = row.getString(2);
          return new Age(row.getString(1), JobRow.text(lane), lane == null, row.getDouble(3));
        },
        waiting,
        LINES_MAX,
        QUEUES_MAX + LANES_MAX);
  }

  private void measureBallast() {
    Ballast found =
        database
            .list(BALLAST, row -> new Ballast(row.getLong(1), row.getLong(2), row.getDouble(3)))
            .getFirst();
    dead.register(List.of(MultiGauge.Row.of(Tags.of("table", "job"), found.dead())), true);
    xmin.register(List.of(MultiGauge.Row.of(Tags.empty(), found.xminAge())), true);
    transaction.register(List.of(MultiGauge.Row.of(Tags.empty(), found.transactionS())), true);
  }
}
