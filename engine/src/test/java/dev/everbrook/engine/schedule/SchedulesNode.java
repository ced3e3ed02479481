package dev.everbrook.engine.schedule;

import com.zaxxer.hikari.HikariDataSource;
import dev.everbrook.engine.Await;
import dev.everbrook.engine.TestNode;
import dev.everbrook.engine.job.node.JobNode;
import dev.everbrook.engine.job.node.JobSettings;
import dev.everbrook.engine.store.Bell;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Membership;
import dev.everbrook.engine.store.Pool;
import dev.everbrook.engine.world.World;
import dev.everbrook.postgres.Access;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The rooms that schedules need, without the others; it ticks when told, or once it is started. */
final class SchedulesNode implements AutoCloseable {

  private static final int WAIT_S = 20;

  final HikariDataSource pool;
  final Database database;
  final Membership membership;
  final Bell bell;
  final JobNode jobs;
  final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  final Schedules schedules;
  final Ticker ticker;

  SchedulesNode(Access access) {
    pool = Pool.open(access.url(), access.user(), access.password(), 4);
    database = new Database(pool);
    membership = new Membership(database, World.real(), "test");
    bell = new Bell(database, World.real());
    jobs = new JobNode(database, bell, membership, World.real(), JobSettings.of(meters));
    schedules = new Schedules(database, jobs, bell, meters);
    ticker = new Ticker(database, jobs, new ScheduleMeters(meters));
  }

  static Access newDatabase() {
    Access access = TestNode.newDatabase();
    return access;
  }

  /** Until nothing is due. */
  void tickAll() {
    Duration rest;
    do {
      rest = ticker.step();
    } while (rest.isZero());
  }

  /** As if nobody had looked since then. */
  void missedSince(String name, Duration ago) {
    database.update(
        "UPDATE everbrook.schedule SET next_at = now() - ? * interval '1 ms' WHERE name = ?",
        ago.toMillis(),
        name);
  }

  /** What was enqueued so far and waits, in its order. */
  List<Tick> ticks() {
    return database.list(
        "SELECT payload::text FROM everbrook.job ORDER BY id",
        row -> Tick.of(row.getString(1)).orElseThrow());
  }

  List<Tick> ticks(String name) {
    return ticks().stream().filter(it -> it.schedule().equals(name)).toList();
  }

  List<Tick> awaitTicks(int many) {
    long start = System.nanoTime();
    while (System.nanoTime() - start < TimeUnit.SECONDS.toNanos(WAIT_S)) {
      List<Tick> ticks = ticks();
      if (ticks.size() >= many) {
        return ticks;
      }
      Await.rest();
    }
    throw new AssertionError(many + " ticks did not come within " + WAIT_S + " s: " + ticks());
  }

  Instant now() {
    return database
        .first(
            "SELECT clock_timestamp()", row -> row.getObject(1, OffsetDateTime.class).toInstant())
        .orElseThrow();
  }

  Scheduled found(String name) {
    return schedules.find(name).orElseThrow();
  }

  void die() {
    pool.close();
  }

  @Override
  public void close() {
    schedules.close();
    jobs.close();
    bell.close();
    membership.close();
    pool.close();
  }
}
