package dev.everbrook.engine.job.upkeep;

import dev.everbrook.engine.job.JobState;
import dev.everbrook.engine.job.QueueView;
import dev.everbrook.engine.job.Queues;
import dev.everbrook.engine.store.Database;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Measures the queues, and the state of the database that slows them, every {@link #EVERY} on each
 * working node. All nodes measure the same database. No query counts rows one by one.
 */
public final class QueueGauges {

  private static final Duration EVERY = Duration.ofSeconds(10);

  /** The number of measured queues: those with the most live jobs. */
  static final int QUEUES_MAX = 100;

  /** The number of measured lanes: those whose jobs have waited longest. */
  private static final int LANES_MAX = 100;

  /** Vacuum keeps all rows that the oldest snapshot may still see. */
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

  private record Age(String queue, String lane, double seconds) {}

  private record Ballast(long dead, long xminAge, double transactionS) {}

  private final Database database;
  private final Queues queues;
  private final ReadyAges ages;
  private final MultiGauge jobs;
  private final MultiGauge oldest;
  private final MultiGauge oldestOfLanes;
  private final MultiGauge dead;
  private final MultiGauge xmin;
  private final MultiGauge transaction;

  public QueueGauges(Database database, Queues queues, MeterRegistry registry) {
    this.database = database;
    this.queues = queues;
    this.ages = new ReadyAges(database);
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

  public Duration step() {
    List<QueueView.Counts> counts =
        queues.counts().stream()
            .sorted(Comparator.comparingLong(QueueGauges::live).reversed())
            .limit(QUEUES_MAX)
            .toList();
    measureJobs(counts);
    measureAges(counts);
    measureBallast();
    return EVERY;
  }

  private static long live(QueueView.Counts queue) {
    return queue.ready() + queue.delayed() + queue.blocked() + queue.running();
  }

  private void measureJobs(List<QueueView.Counts> counts) {
    List<MultiGauge.Row<?>> rows = new ArrayList<>();
    for (QueueView.Counts queue : counts) {
      rows.add(row(queue, JobState.READY, queue.ready()));
      rows.add(row(queue, JobState.DELAYED, queue.delayed()));
      rows.add(row(queue, JobState.BLOCKED, queue.blocked()));
      rows.add(row(queue, JobState.RUNNING, queue.running()));
    }
    jobs.register(rows, true);
  }

  private static MultiGauge.Row<Number> row(QueueView.Counts queue, JobState state, long n) {
    return MultiGauge.Row.of(Tags.of("queue", queue.queue(), "state", state.column()), n);
  }

  private void measureAges(List<QueueView.Counts> counts) {
    List<String> waiting =
        counts.stream().filter(it -> it.ready() > 0).map(QueueView.Counts::queue).toList();
    Map<String, Map<String, Double>> found = ages.look(waiting);
    List<MultiGauge.Row<?>> rows = new ArrayList<>();
    List<Age> lanes = new ArrayList<>();
    for (QueueView.Counts queue : counts) {
      Map<String, Double> byLane = found.getOrDefault(queue.queue(), Map.of());
      byLane.forEach((lane, s) -> lanes.add(new Age(queue.queue(), lane, s)));
      double oldestOfAll = byLane.values().stream().mapToDouble(it -> it).max().orElse(0);
      rows.add(MultiGauge.Row.of(Tags.of("queue", queue.queue()), oldestOfAll));
    }
    oldest.register(rows, true);
    oldestOfLanes.register(
        lanes.stream()
            .filter(it -> !it.lane().isEmpty())
            .sorted(Comparator.comparingDouble(Age::seconds).reversed())
            .limit(LANES_MAX)
            .map(QueueGauges::row)
            .toList(),
        true);
  }

  private static MultiGauge.Row<?> row(Age age) {
    return MultiGauge.Row.of(Tags.of("queue", age.queue(), "lane", age.lane()), age.seconds());
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
