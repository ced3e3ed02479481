package dev.everbrook.engine.schedule;

import dev.everbrook.engine.job.Jobs;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Tx;
import dev.everbrook.engine.text.OneLine;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns ticks into jobs. One bounded batch a step; every working node runs it.
 *
 * <p><b>Why each tick runs once.</b> {@code next_at} is a border: all ticks before it have been
 * handled, none from it on. A step locks rows whose border has passed, enqueues a job for each tick
 * from the border to now, and moves the border behind them, all in one transaction. So a job exists
 * if and only if the border was moved. A concurrent step skips locked rows. If it found a row
 * before the border was moved, it locks the current version, and PostgreSQL checks the condition
 * again. If a node dies in between, its transaction is rolled back, and another node handles the
 * ticks.
 *
 * <p>The database's clock decides in the finding statement which ticks are due; a node's own clock
 * is never used.
 */
final class Ticker {

  private static final Logger log = LoggerFactory.getLogger(Ticker.class);
  private static final Duration REST_MIN = Duration.ofMillis(5);
  private static final Duration REST_MAX = Duration.ofSeconds(1);

  /** The rest while all due rows are locked by others, such as another node's step. */
  private static final Duration LOCKED_REST = Duration.ofMillis(50);

  /** The most schedules in a step. With {@link #TICKS_MAX} it bounds the jobs of a transaction. */
  static final int BATCH_MAX = 50;

  static final int TICKS_MAX = 20;

  private static final String FIND_DUE =
      """
      SELECT name, version, cron, zone, every_ms, offset_ms, queue, kind, payload, deadline_ms,
             priority, lane, backfill_max, paused, next_at, last_at, now() AS now
        FROM everbrook.schedule
       WHERE NOT paused AND next_at <= now()
         AND NOT EXISTS (SELECT FROM unnest(?::text[], ?::int[]) AS s(name, version)
                          WHERE s.name = schedule.name AND s.version = schedule.version)
       ORDER BY next_at LIMIT ? FOR UPDATE SKIP LOCKED
      """;

  private static final String MOVE =
      """
      UPDATE everbrook.schedule
         SET next_at = ?, last_at = coalesce(?::timestamptz, last_at) WHERE name = ?
      """;

  private static final String NEXT =
      """
      SELECT coalesce(extract(epoch FROM min(next_at) - now()) * 1000, 1e9)::bigint
        FROM everbrook.schedule
       WHERE NOT paused
         AND NOT EXISTS (SELECT FROM unnest(?::text[], ?::int[]) AS s(name, version)
                          WHERE s.name = schedule.name AND s.version = schedule.version)
      """;

  private final Database database;
  private final Jobs jobs;
  private final ScheduleMeters meters;

  /**
   * Schedules that this node cannot read but another may, with the version that it met: a changed
   * schedule is tried again. Used by the loop's thread.
   */
  private final Map<String, Integer> strange = new HashMap<>();

  Ticker(Database database, Jobs jobs, ScheduleMeters meters) {
    this.database = database;
    this.jobs = jobs;
    this.meters = meters;
  }

  /** A due schedule found at a moment; without the schedule if this node cannot read it. */
  private record Found(
      String name, int version, @Nullable Scheduled scheduled, Instant now, String problem) {}

  /** A handled schedule, reported after the commit. */
  private record Done(Schedule schedule, Due due) {}

  Duration step() {
    List<Done> done = database.tx(this::tick);
    done.forEach(this::tell);
    boolean more =
        done.size() == BATCH_MAX || done.stream().anyMatch(it -> it.due().isForMoreRounds());
    return more ? Duration.ZERO : rest(done.isEmpty());
  }

  private List<Done> tick(Tx tx) {
    List<Found> found = tx.list(FIND_DUE, Ticker::found, names(), versions(), BATCH_MAX);
    return found.stream().flatMap(it -> tick(tx, it).stream()).toList();
  }

  private static Found found(ResultSet row) throws SQLException {
    String name = row.getString("name");
    int version = row.getInt("version");
    Instant now = ScheduleRow.time(row, "now").orElseThrow();
    try {
      return new Found(name, version, ScheduleRow.read(row), now, "");
    } catch (IllegalStateException e) {
      return new Found(name, version, null, now, String.valueOf(e.getMessage()));
    }
  }

  private Optional<Done> tick(Tx tx, Found found) {
    Scheduled scheduled = found.scheduled();
    if (scheduled == null) {
      strange.put(found.name(), found.version());
      log.error("left to other nodes until the schedule changes: {}", OneLine.of(found.problem()));
      return Optional.empty();
    }
    strange.remove(found.name());
    Schedule schedule = scheduled.schedule();
    Due due =
        Due.of(schedule.rule(), scheduled.nextAt(), found.now(), schedule.backfillMax(), TICKS_MAX);
    due.missed().forEach(at -> enqueue(tx, schedule, at, Tick.Cause.BACKFILL));
    due.newest().ifPresent(at -> enqueue(tx, schedule, at, Tick.Cause.TIME));
    tx.update(MOVE, due.next(), due.last().orElse(null), schedule.name());
    return Optional.of(new Done(schedule, due));
  }

  private void enqueue(Tx tx, Schedule schedule, Instant at, Tick.Cause cause) {
    jobs.enqueue(tx, schedule.toJob(new Tick(schedule.name(), at, cause)));
  }

  private void tell(Done done) {
    done.due().missed().forEach(_ -> meters.ticked(Tick.Cause.BACKFILL));
    done.due().newest().ifPresent(_ -> meters.ticked(Tick.Cause.TIME));
    if (done.due().leftOut()) {
      meters.gap();
      log.info(
          "schedule '{}' missed ticks and makes up for {} before the newest; the older are left out",
          OneLine.of(done.schedule().name()),
          done.schedule().backfillMax());
    }
  }

  private Duration rest(boolean idle) {
    long nextMs = database.list(NEXT, row -> row.getLong(1), names(), versions()).getFirst();
    Duration least = idle && nextMs <= 0 ? LOCKED_REST : REST_MIN;
    return Duration.ofMillis(Math.clamp(nextMs, least.toMillis(), REST_MAX.toMillis()));
  }

  private String[] names() {
    return strange.keySet().toArray(String[]::new);
  }

  private int[] versions() {
    return strange.values().stream().mapToInt(it -> it).toArray();
  }
}
