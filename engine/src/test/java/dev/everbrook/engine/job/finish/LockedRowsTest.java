package dev.everbrook.engine.job.finish;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.Await;
import dev.everbrook.engine.job.Child;
import dev.everbrook.engine.job.Dedupe;
import dev.everbrook.engine.job.JobsNode;
import dev.everbrook.engine.job.JobsTest;
import dev.everbrook.engine.job.NewJob;
import dev.everbrook.engine.job.Outcome;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** An application's open transaction holds rows of jobs that are about to end. */
class LockedRowsTest {

  @AutoClose private final JobsNode node = new JobsNode();

  @Test
  void whatEndsBesideALockedJobDoesNotWaitForIt() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    node.working(
        10,
        run -> {
          go.await();
          return new Outcome.Done();
        });
    long held = node.database.tx(tx -> node.jobs.enqueue(tx, job("held")));
    List<Long> others =
        node.database.tx(tx -> node.jobs.enqueueAll(tx, List.of(job("1"), job("2"), job("3"))));
    awaitRunning(4);
    try (Connection application = node.pool.getConnection()) {
      application.setAutoCommit(false);
      lock(application, held);
      go.countDown();

      for (long other : others) {
        assertThat(node.outcome(other)).isEqualTo("done");
      }
      assertThat(isThere(held)).isTrue();
      application.rollback();
    }
    assertThat(node.outcome(held)).isEqualTo("done");
  }

  @Test
  void aChildWhoseParentIsLockedEndsWhenThatIsFree() throws Exception {
    node.working(
        10, run -> run.children().isEmpty() ? new Outcome.Done("1") : new Outcome.Done("2"));
    node.jobs.queues().pause("q");
    long parent =
        node.database.tx(tx -> node.jobs.enqueue(tx, job("parent"), List.of(Child.of(job("c")))));
    long other = node.database.tx(tx -> node.jobs.enqueue(tx, job("other")));
    try (Connection application = node.pool.getConnection()) {
      application.setAutoCommit(false);
      lock(application, parent);
      node.jobs.queues().resume("q");

      assertThat(node.outcome(other)).isEqualTo("done");
      assertThat(isThere(parent)).isTrue();
      application.rollback();
    }
    assertThat(node.outcome(parent)).isEqualTo("done");
  }

  @Test
  void whatTheDatabaseRejectsEndsAsFailedAndHoldsUpNobody() throws Exception {
    node.database.update(
        """
        ALTER TABLE everbrook.job_done ADD CONSTRAINT picky
          CHECK (outcome <> 'done' OR payload::text NOT LIKE '%bad%')
        """);
    CountDownLatch go = new CountDownLatch(1);
    node.working(
        10,
        run -> {
          go.await();
          return new Outcome.Done();
        });
    List<Long> jobs =
        node.database.tx(tx -> node.jobs.enqueueAll(tx, List.of(job("1"), job("bad"), job("2"))));
    awaitRunning(3);
    go.countDown();

    assertThat(node.outcome(jobs.get(0))).isEqualTo("done");
    assertThat(node.outcome(jobs.get(1))).isEqualTo("failed");
    assertThat(node.outcome(jobs.get(2))).isEqualTo("done");
  }

  @Test
  void ofManyThatStayLockedEachIsTriedInItsTurn() throws Exception {
    int many = VerdictWriter.TRIED_MAX + 2;
    CountDownLatch go = new CountDownLatch(1);
    node.working(
        2 * many,
        run -> {
          go.await();
          return new Outcome.Done();
        });
    List<Long> leaders = new ArrayList<>();
    List<Long> followers = new ArrayList<>();
    for (int i = 0; i < many; i++) {
      NewJob keyed = job("f").dedupe(Dedupe.keepLast("k" + i));
      leaders.add(node.database.tx(tx -> node.jobs.offer(tx, keyed)).job());
    }
    awaitRunning(many);
    for (int i = 0; i < many; i++) {
      NewJob keyed = job("f").dedupe(Dedupe.keepLast("k" + i));
      followers.add(node.database.tx(tx -> node.jobs.offer(tx, keyed)).job());
    }
    try (Connection application = node.pool.getConnection()) {
      application.setAutoCommit(false);
      for (long follower : followers.subList(0, many - 1)) {
        lock(application, follower); // who ends its leader waits for it
      }
      go.countDown();

      assertThat(node.outcome(leaders.getLast())).isEqualTo("done");
      assertThat(isThere(leaders.getFirst())).isTrue();
      application.rollback();
    }
    assertThat(node.outcome(leaders.getFirst())).isEqualTo("done");
  }

  @Test
  void anAttemptIsStoppedInTimeThoughNobodyGetsAtTheTableOfJobs() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch stopped = new CountDownLatch(1);
    node.jobs.handle(
        JobsTest.KIND,
        JobsTest.QUICK.attemptTime(Duration.ofSeconds(2)),
        run -> {
          run.onStop(stopped::countDown);
          running.countDown();
          stopped.await();
          return new Outcome.Done();
        });
    node.jobs.work(Map.of("q", 1));
    node.database.tx(tx -> node.jobs.enqueue(tx, job("long")));
    assertThat(running.await(JobsTest.WAIT_S, TimeUnit.SECONDS)).isTrue();
    try (Connection application = node.pool.getConnection()) {
      application.setAutoCommit(false);
      try (var statement = application.createStatement()) {
        statement.execute("LOCK TABLE everbrook.job IN ACCESS EXCLUSIVE MODE");
      }
      assertThat(stopped.await(JobsTest.WAIT_S, TimeUnit.SECONDS)).isTrue();
      application.rollback();
    }
  }

  @Test
  void aNodeLeavesThoughSomebodyHoldsTheRowOfItsJobAndGivesTheOthersBack() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    node.working(
        2,
        run -> {
          run.onStop(() -> {});
          never.await();
          return new Outcome.Done();
        });
    long held = node.database.tx(tx -> node.jobs.enqueue(tx, job("held")));
    long free = node.database.tx(tx -> node.jobs.enqueue(tx, job("free")));
    awaitRunning(2);
    try (Connection application = node.pool.getConnection()) {
      application.setAutoCommit(false);
      lock(application, held);
      CompletableFuture.runAsync(node.jobs::close, Thread.ofVirtual()::start)
          .get(JobsTest.WAIT_S, TimeUnit.SECONDS);

      assertThat(state(free)).isEqualTo("ready");
      assertThat(state(held)).isEqualTo("running");
      application.rollback();
    }
    never.countDown();
  }

  private String state(long job) {
    return node.database
        .list("SELECT state FROM everbrook.job WHERE id = ?", row -> row.getString(1), job)
        .getFirst();
  }

  private static NewJob job(String name) {
    return NewJob.of("q", JobsTest.KIND, "{\"name\": \"" + name + "\"}");
  }

  private static void lock(Connection connection, long job) throws Exception {
    try (var statement =
        connection.prepareStatement("SELECT FROM everbrook.job WHERE id = ? FOR UPDATE")) {
      statement.setLong(1, job);
      assertThat(statement.executeQuery().next()).isTrue();
    }
  }

  private boolean isThere(long job) {
    return node.database
        .list("SELECT count(*) > 0 FROM everbrook.job WHERE id = ?", row -> row.getBoolean(1), job)
        .getFirst();
  }

  private void awaitRunning(int jobs) {
    long start = System.nanoTime();
    while (node.jobs.running() < jobs) {
      assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(JobsTest.WAIT_S));
      Await.rest();
    }
  }
}
