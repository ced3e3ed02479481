package dev.everbrook.engine.schedule;

import dev.everbrook.engine.job.Jobs;
import dev.everbrook.engine.store.Bell;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Tx;
import dev.everbrook.engine.world.Loop;
import dev.everbrook.engine.world.World;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Connection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The schedules of all nodes. Any node may change them; nodes after {@link #start} run them. Safe
 * for use by many threads.
 *
 * <p>Schedules are rows of the database: a schedule stays until it is removed, independent of the
 * nodes. All methods that use the database may throw {@link
 * dev.everbrook.engine.store.StoreFailure}.
 *
 * <p>With a {@link Tx} or a connection, a method takes part in the caller's transaction: what it
 * does is done if and only if that commits. Where the caller commits a connection, nodes see the
 * change about a second after the commit, by looking.
 */
public final class Schedules implements AutoCloseable {

  /** The longest page of {@link #list}. */
  public static final int PAGE_MAX = 1_000;

  private static final String BELL = "schedule";

  private static final String PUT =
      """
      INSERT INTO everbrook.schedule AS s
             (name, queue, kind, payload, deadline_ms, priority, lane, backfill_max, next_at,
              cron, zone, every_ms, offset_ms)
      VALUES (?, ?, ?, ?::json, ?, ?, ?, ?, ?, ?::text, ?::text, ?::bigint, ?::bigint)
      ON CONFLICT (name) DO UPDATE
         SET version = s.version + 1, queue = excluded.queue, kind = excluded.kind,
             payload = excluded.payload, deadline_ms = excluded.deadline_ms,
             priority = excluded.priority, lane = excluded.lane,
             backfill_max = excluded.backfill_max, cron = excluded.cron, zone = excluded.zone,
             every_ms = excluded.every_ms, offset_ms = excluded.offset_ms,
             next_at = CASE WHEN (s.cron, s.zone, s.every_ms, s.offset_ms)
                                 IS DISTINCT FROM (excluded.cron, excluded.zone, excluded.every_ms,
                                                   excluded.offset_ms)
                            THEN excluded.next_at ELSE s.next_at END
       WHERE (s.queue, s.kind, s.payload::text, s.deadline_ms, s.priority, s.lane, s.backfill_max,
              s.cron, s.zone, s.every_ms, s.offset_ms)
             IS DISTINCT FROM (excluded.queue, excluded.kind, excluded.payload::text,
                               excluded.deadline_ms, excluded.priority, excluded.lane,
                               excluded.backfill_max, excluded.cron, excluded.zone, excluded.every_ms, excluded.offset_ms)
      RETURNING version
      """;

  private static final String REMOVE = "DELETE FROM everbrook.schedule WHERE name = ?";

  private static final String PAUSE =
      """
      UPDATE everbrook.schedule SET paused = true, version = version + 1
       WHERE name = ? AND NOT paused
      """;

  private static final String RESUME =
      """
      UPDATE everbrook.schedule SET paused = false, version = version + 1, next_at = ?
       WHERE name = ?
      """;

  private static final String LOCK =
      """
      SELECT name, cron, zone, every_ms, offset_ms, queue, kind, payload, deadline_ms,
             priority, lane, backfill_max, paused, next_at, last_at
        FROM everbrook.schedule WHERE name = ? FOR UPDATE
      """;

  private static final String PAGE =
      """
      SELECT name, cron, zone, every_ms, offset_ms, queue, kind, payload, deadline_ms,
             priority, lane, backfill_max, paused, next_at, last_at
        FROM everbrook.schedule WHERE name > ? ORDER BY name LIMIT ?
      """;

  private static final String FIND =
      """
      SELECT name, cron, zone, every_ms, offset_ms, queue, kind, payload, deadline_ms,
             priority, lane, backfill_max, paused, next_at, last_at
        FROM everbrook.schedule WHERE name = ?
      """;

  private static final String NOW = "SELECT clock_timestamp() AS now";

  private final Database database;
  private final Jobs jobs;
  private final Bell bell;
  private final ScheduleMeters meters;
  private final Ticker ticker;
  private volatile @Nullable Loop ticking;

  /** The caller closes the schedules before the jobs, the bell and the database's source. */
  public Schedules(Database database, Jobs jobs, Bell bell, MeterRegistry meters) {
    this.database = database;
    this.jobs = jobs;
    this.bell = bell;
    this.meters = new ScheduleMeters(meters);
    this.ticker = new Ticker(database, jobs, this.meters);
    bell.on(BELL, _ -> wake());
    bell.onGap(this::wake);
  }

  /** Begins to run due ticks, beside other nodes that do so. Call it once. */
  public void start() {
    start(World.real());
  }

  /** As {@link #start()}, with a loop of {@code world}. */
  public void start(World world) {
    ticking = world.loop("tick", ticker::step);
  }

  /** The result of {@link #put}. */
  public enum Change {
    CREATED,
    CHANGED,
    /** An equal schedule existed already. */
    NONE
  }

  /**
   * Creates a schedule, or replaces the one of this name. An equal schedule changes nothing, so
   * every node may put its schedules when it starts. A changed rule applies from now on; with the
   * same rule, due ticks stay due. A paused schedule stays paused.
   */
  public Change put(Schedule schedule) {
    return database.tx(tx -> put(tx, schedule));
  }

  /** As {@link #put(Schedule)}, in a transaction that the caller commits. */
  public Change put(Connection connection, Schedule schedule) {
    return put(Tx.joining(connection), schedule);
  }

  /** As {@link #put(Schedule)}, in the caller's transaction. */
  public Change put(Tx tx, Schedule schedule) {
    Optional<Integer> version =
        tx.first(PUT, row -> row.getInt(1), values(schedule, schedule.rule().next(now(tx))));
    version.ifPresent(_ -> tx.afterCommit(this::changed));
    return version.map(it -> it == 1 ? Change.CREATED : Change.CHANGED).orElse(Change.NONE);
  }

  private static @Nullable Object[] values(Schedule schedule, Instant next) {
    List<@Nullable Object> values = new ArrayList<>();
    values.add(schedule.name());
    values.add(schedule.queue());
    values.add(schedule.kind());
    values.add(schedule.payload());
    values.add(schedule.deadline().toMillis());
    values.add(schedule.priority());
    values.add(schedule.lane());
    values.add(schedule.backfillMax());
    values.add(next);
    values.addAll(Arrays.asList(ScheduleRow.values(schedule.rule())));
    return values.toArray();
  }

  /**
   * Removes a schedule. Enqueued jobs stay; no more are enqueued after the return.
   *
   * @return whether the schedule existed
   */
  public boolean remove(String name) {
    return database.update(REMOVE, name) > 0;
  }

  /** As {@link #remove(String)}, in a transaction that the caller commits. */
  public boolean remove(Connection connection, String name) {
    return remove(Tx.joining(connection), name);
  }

  /**
   * As {@link #remove(String)}, in the caller's transaction: after its commit there are no more
   * jobs.
   */
  public boolean remove(Tx tx, String name) {
    return tx.update(REMOVE, name) > 0;
  }

  /**
   * Pauses a schedule; {@link #runNow} still works.
   *
   * @return whether it was active before; false if it does not exist
   */
  public boolean pause(String name) {
    return database.update(PAUSE, name) > 0;
  }

  /** As {@link #pause(String)}, in a transaction that the caller commits. */
  public boolean pause(Connection connection, String name) {
    return pause(Tx.joining(connection), name);
  }

  /** As {@link #pause(String)}, in the caller's transaction. */
  public boolean pause(Tx tx, String name) {
    return tx.update(PAUSE, name) > 0;
  }

  /**
   * Resumes a schedule with its first tick from now on; ticks during the pause are not backfilled.
   *
   * @return whether it was paused; false if it does not exist
   */
  public boolean resume(String name) {
    return database.tx(tx -> resume(tx, name));
  }

  /** As {@link #resume(String)}, in a transaction that the caller commits. */
  public boolean resume(Connection connection, String name) {
    return resume(Tx.joining(connection), name);
  }

  /** As {@link #resume(String)}, in the caller's transaction. */
  public boolean resume(Tx tx, String name) {
    Optional<Scheduled> paused = tx.first(LOCK, ScheduleRow::read, name).filter(Scheduled::paused);
    paused.ifPresent(it -> {
      tx.update(RESUME, it.schedule().rule().next(now(tx)), name);
      tx.afterCommit(this::changed);
    });
    return paused.isPresent();
  }

  /**
   * Enqueues the schedule's job at once. Its ticks are not affected.
   *
   * @return the job's id; empty if the schedule does not exist
   */
  public Optional<Long> runNow(String name) {
    return database.tx(tx -> runNow(tx, name));
  }

  /** As {@link #runNow(String)}, in a transaction that the caller commits. */
  public Optional<Long> runNow(Connection connection, String name) {
    return runNow(Tx.joining(connection), name);
  }

  /** As {@link #runNow(String)}, in the caller's transaction. */
  public Optional<Long> runNow(Tx tx, String name) {
    Optional<Long> job = tx.first(LOCK, ScheduleRow::read, name).map(it -> run(tx, it));
    job.ifPresent(_ -> tx.afterCommit(() -> meters.ticked(Tick.Cause.HAND)));
    return job;
  }

  private long run(Tx tx, Scheduled scheduled) {
    Schedule schedule = scheduled.schedule();
    return jobs.enqueue(tx, schedule.toJob(new Tick(schedule.name(), now(tx), Tick.Cause.HAND)));
  }

  /** The schedule with this name; empty if there is none. */
  public Optional<Scheduled> find(String name) {
    return database.first(FIND, ScheduleRow::read, name);
  }

  /**
   * A page of the schedules in the order of their names (by code points).
   *
   * @param after the last name of the page before; {@code ""} for the first page
   * @param most 1 to {@link #PAGE_MAX}; only the last page has fewer schedules
   */
  public List<Scheduled> list(String after, int most) {
    if (most < 1 || most > PAGE_MAX) {
      throw new IllegalArgumentException(
          "a page of schedules has 1 to " + PAGE_MAX + ", not " + most);
    }
    return database.list(PAGE, ScheduleRow::read, after, most);
  }

  private static Instant now(Tx tx) {
    return tx.only(NOW, row -> ScheduleRow.time(row, "now").orElseThrow());
  }

  private void changed() {
    wake();
    bell.ring(BELL, "changed");
  }

  private void wake() {
    Loop loop = ticking;
    if (loop != null) {
      loop.wake();
    }
  }

  /** Stops the ticks on this node; a step under way is rolled back if it does not end soon. */
  @Override
  public void close() {
    Loop loop = ticking;
    if (loop != null) {
      loop.close();
    }
  }
}
