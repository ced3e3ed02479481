package dev.everbrook.engine.job;

import com.zaxxer.hikari.HikariDataSource;
import dev.everbrook.engine.store.Bell;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Membership;
import dev.everbrook.engine.store.Pool;
import dev.everbrook.engine.world.World;
import dev.everbrook.postgres.Access;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The rooms that jobs need, without the others. */
final class JobsNode implements AutoCloseable {
  final HikariDataSource pool;
  final Database database;
  final Membership membership;
  final Bell bell;
  final Jobs jobs;
  final MeterRegistry meters;

  JobsNode(Access access) {
    this(access, JobSettings.of(new SimpleMeterRegistry()));
  }

  JobsNode(Access access, JobSettings settings) {
    this(access, settings, new Wire(), World.real());
  }

  /** One whose replies may come late. */
  JobsNode(Access access, Wire wire) {
    this(access, JobSettings.of(new SimpleMeterRegistry()), wire, World.real());
  }

  JobsNode(Access access, JobSettings settings, Wire wire, World world) {
    meters = settings.meters();
    pool = Pool.open(access.url(), access.user(), access.password(), 6);
    database = new Database(wire.over(pool));
    membership = new Membership(database, world, "test");
    bell = new Bell(database, world);
    jobs = new Jobs(database, bell, membership, world, settings);
  }

  JobsNode working(int places, Handler handler) {
    jobs.handle(JobsTest.KIND, JobsTest.QUICK, handler);
    jobs.work(Map.of("q", places));
    return this;
  }

  void die() {
    pool.close();
  }

  @Override
  public void close() {
    jobs.close();
    bell.close();
    membership.close();
    pool.close();
  }

  /** Waits until the job is in this state. */
  void awaitState(long id, JobState state) {
    long start = System.nanoTime();
    while (jobs.list().find(id).filter(it -> it.job().state() == state).isEmpty()) {
      if (System.nanoTime() - start > TimeUnit.SECONDS.toNanos(JobsTest.WAIT_S)) {
        throw new AssertionError("job " + id + " is not " + state + ": " + jobs.list().find(id));
      }
    }
  }

  /** Waits until the job has left the queue. */
  String outcome(long id) throws InterruptedException {
    long start = System.nanoTime();
    while (System.nanoTime() - start < TimeUnit.SECONDS.toNanos(JobsTest.WAIT_S)) {
      List<String> found =
          database.list(
              "SELECT outcome FROM everbrook.job_done WHERE id = ?", row -> row.getString(1), id);
      if (!found.isEmpty()) {
        return found.getFirst();
      }
    }
    throw new AssertionError("job " + id + " did not end within " + JobsTest.WAIT_S + " s");
  }
}
