package dev.everbrook.engine.job;

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
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** The rooms that jobs need, without the others. */
public final class JobsNode implements AutoCloseable {
  public final HikariDataSource pool;
  public final Database database;
  public final Membership membership;
  final Bell bell;
  public final JobNode jobs;
  public final MeterRegistry meters;
  private final Access access;
  private final List<JobsNode> others = new ArrayList<>();

  /** One over a database of its own, with the schema. */
  public JobsNode() {
    this(TestNode.newDatabase());
  }

  public JobsNode(Access access) {
    this(access, JobSettings.of(new SimpleMeterRegistry()));
  }

  public JobsNode(Access access, JobSettings settings) {
    this(access, settings, new Wire(), World.real());
  }

  /** One whose replies may come late. */
  public JobsNode(Access access, Wire wire) {
    this(access, JobSettings.of(new SimpleMeterRegistry()), wire, World.real());
  }

  JobsNode(Access access, JobSettings settings, Wire wire, World world) {
    this.access = access;
    meters = settings.meters();
    pool = Pool.open(access.url(), access.user(), access.password(), 6);
    database = new Database(wire.over(pool));
    membership = new Membership(database, world, "test");
    bell = new Bell(database, world);
    jobs = new JobNode(database, bell, membership, world, settings);
  }

  public JobsNode working(int places, Handler handler) {
    jobs.handle(JobsTest.KIND, JobsTest.QUICK, handler);
    jobs.work(Map.of("q", places));
    return this;
  }

  /** Another node over the same database, which this one closes. */
  public JobsNode another() {
    JobsNode other = new JobsNode(access);
    others.add(other);
    return other;
  }

  public void die() {
    pool.close();
  }

  @Override
  public void close() {
    others.forEach(JobsNode::close);
    jobs.close();
    bell.close();
    membership.close();
    pool.close();
  }

  /** Waits until the job is in this state. */
  public void awaitState(long id, JobState state) {
    Await.until(
        "job " + id + " as " + state,
        () -> jobs.list().find(id).filter(it -> it.job().state() == state).isPresent());
  }

  /** Waits until the job has left the queue. */
  public String outcome(long id) {
    Await.until("the end of job " + id, () -> !outcomes(id).isEmpty());
    return outcomes(id).getFirst();
  }

  /** Waits until this node hears the bell of another. */
  public void awaitHearing(JobsNode other) {
    CountDownLatch heard = new CountDownLatch(1);
    bell.on("test", _ -> heard.countDown());
    Await.until(
        "a ring",
        () -> {
          other.bell.ring("test", "");
          return heard.getCount() == 0;
        });
  }

  /** Waits until this node runs nothing. */
  public void awaitIdle() {
    Await.until("a node that runs nothing", () -> jobs.running() == 0);
  }

  private List<String> outcomes(long id) {
    return database.list(
        "SELECT outcome FROM everbrook.job_done WHERE id = ?", row -> row.getString(1), id);
  }
}
