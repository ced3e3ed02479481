package dev.everbrook.engine.schedule;

import dev.everbrook.engine.job.Jobs;
import dev.everbrook.engine.store.Bell;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Tx;
import dev.everbrook.engine.world.Loop;
import dev.everbrook.engine.world.World;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is to run again and again. Any node may change it; nodes that were {@link #start}ed run it.
 * Safe for use by many threads.
 *
 * <p>Schedules stand in the database: one that is put stays until it is removed, whichever nodes
 * come and go. All methods that touch it throw {@link dev.everbrook.engine.store.StoreFailure}.
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

  /** Close it before the jobs, the bell and the database's source. */
  public Schedules(Database database, Jobs jobs, Bell bell, MeterRegistry meters) {
    this.database = database;
    this.jobs = jobs;
    this.bell = bell;
    this.meters = new ScheduleMeters(meters);
    this.ticker = new Ticker(database, jobs, this.meters);
    bell.on(BELL, _ -> wake());
    bell.onGap(this::wake);
  }

  /** Begins to run what is due, beside the other nodes that do; once. */
  public void start() {
    start(World.real());
  }

  /** As {@link #start()}, with a loop of this world. */
  public void start(World world) {
    ticking = world.loop("tick", ticker::step);
  }

  /** What {@link #put} did. */
  public enum Change {
    CREATED,
    CHANGED,
    /** It stood there already, just so. */
    NONE
  }

  /**
   * Makes a schedule, or changes the one of this name to be just so. To put the same again changes
   * nothing, so that every node may put its schedules when it starts. Another rule counts from now
   * on; with the same rule, what is due stays due. One that is paused stays so.
   */
  public Change put(Schedule schedule) {
    Optional<Integer> version =
        database.tx(tx ->
            tx.first(PUT, row -> row.getInt(1), values(schedule, schedule.rule().next(now(tx)))));
    version.ifPresent(_ -> changed());
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
   * Removes a schedule. Jobs that were enqueued stay; after this returned there are no more.
   *
   * @return whether there was one
   */
  public boolean remove(String name) {
    return database.update(REMOVE, name) > 0;
  }

  /**
   * Stops a schedule for now; {@link #runNow} still works.
   *
   * @return whether it ran before; false too if there is none
   */
  public boolean pause(String name) {
    return database.update(PAUSE, name) > 0;
  }

  /**
   * Lets a schedule go on with its first tick from now on; what the pause left out is not made up.
   *
   * @return whether it was paused; false too if there is none
   */
  public boolean resume(String name) {
    boolean resumed =
        database.tx(tx ->
            tx.first(LOCK, ScheduleRow::read, name)
                .filter(Scheduled::paused)
                .map(it -> tx.update(RESUME, it.schedule().rule().next(now(tx)), name) > 0)
                .orElse(false));
    if (resumed) {
      changed();
    }
    return resumed;
  }

  /**
   * Enqueues the schedule's job at once, beside its ticks, which go on as they would have.
   *
   * @return the job's id; nothing, if there is no such schedule
   */
  public Optional<Long> runNow(String name) {
    Optional<Long> job =
        database.tx(tx -> tx.first(LOCK, ScheduleRow::read, name).map(it -> run(tx, it)));
    job.ifPresent(_ -> meters.ticked(Tick.Cause.HAND));
    return job;
  }

  private long run(Tx tx, Scheduled scheduled) {
    Schedule schedule = scheduled.schedule();
    return jobs.enqueue(tx, schedule.toJob(new Tick(schedule.name(), now(tx), Tick.Cause.HAND)));
  }

  public Optional<Scheduled> find(String name) {
    return database.first(FIND, ScheduleRow::read, name);
  }

  /**
   * A page of all schedules in the order of their names (by code points).
   *
   * @param after the name that the page before ended with; nothing ({@code ""}) for the first
   * @param most 1 to {@link #PAGE_MAX}; fewer are only on the last page
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
    ticker.lookAgain();
    Loop loop = ticking;
    if (loop != null) {
      loop.wake();
    }
  }

  /** Runs no more ticks on this node; a step under way is rolled back if it does not end soon. */
  @Override
  public void close() {
    Loop loop = ticking;
    if (loop != null) {
      loop.close();
    }
  }
}
