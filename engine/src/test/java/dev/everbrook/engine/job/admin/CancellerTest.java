package dev.everbrook.engine.job.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.Await;
import dev.everbrook.engine.TestNode;
import dev.everbrook.engine.job.Child;
import dev.everbrook.engine.job.JobsNode;
import dev.everbrook.engine.job.JobsTest;
import dev.everbrook.engine.job.NewJob;
import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.Run;
import dev.everbrook.postgres.Access;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** Jobs that are cancelled while they begin, split and end, from one node and another. */
@Tag("alone")
@Isolated("it measures times")
class CancellerTest {

  private static final int WIDE = 100;

  private final Map<Long, CountDownLatch> begun = new ConcurrentHashMap<>();
  private final Map<Long, Long> stoppedAt = new ConcurrentHashMap<>();
  private JobsNode node;
  private JobsNode other;

  @BeforeEach
  void start() {
    Access access = TestNode.newDatabase();
    node = new JobsNode(access).working(8, this::run);
    other = new JobsNode(access).working(8, this::run);
  }

  @AfterEach
  void stop() {
    other.close();
    node.close();
  }

  /** A payload says what its job does. */
  private Outcome run(Run run) throws InterruptedException {
    return switch (run.payload()) {
      case "\"hang\"" -> {
        CountDownLatch told = new CountDownLatch(1);
        run.onStop(() -> {
          stoppedAt.put(run.job(), System.nanoTime());
          told.countDown();
        });
        begun(run.job()).countDown();
        told.await();
        yield new Outcome.Cancelled();
      }
      case "\"split\"" ->
          run.children().isEmpty()
              ? new Outcome.AfterChildren(
                  List.of(Child.of(job("split again")), Child.of(job("hang"))))
              : new Outcome.Done();
      case "\"split again\"" ->
          run.children().isEmpty()
              ? new Outcome.AfterChildren(List.of(Child.of(job("hang"))))
              : new Outcome.Done();
      case "\"split when stopped\"" -> {
        CountDownLatch told = new CountDownLatch(1);
        run.onStop(told::countDown);
        begun(run.job()).countDown();
        told.await();
        yield new Outcome.AfterChildren(List.of(Child.of(job("hang"))));
      }
      default -> new Outcome.Done();
    };
  }

  @Test
  void aJobThatSplitsAfterItWasCancelledHasNoChildren() throws Exception {
    long job = enqueue(job("split when stopped"));
    assertThat(begun(job).await(JobsTest.WAIT_S, TimeUnit.SECONDS)).isTrue();
    node.jobs.cancel(job);

    assertThat(node.outcome(job)).isEqualTo("cancelled");
    assertThat(live()).isZero();
  }

  @Test
  void aFamilyThatIsCancelledWhileItSplitsLeavesNobodyBehind() {
    long seed = System.nanoTime();
    for (int round = 0; round < 40; round++) {
      Random chance = new Random(seed + round);
      long job = enqueue(job("split"));
      LockSupport.parkNanos(chance.nextInt(12_000_000));
      (chance.nextBoolean() ? node : other).jobs.cancel(job);
      awaitEmpty("seed " + seed + " round " + round);
    }
  }

  @Test
  void wideFamiliesAreCancelledWhileTheirChildrenEndWithoutADeadlock() {
    long seed = System.nanoTime();
    long most = 0;
    for (int round = 0; round < 25; round++) {
      Random chance = new Random(seed + round);
      List<Child> children = IntStream.range(0, WIDE).mapToObj(_ -> Child.of(job("end"))).toList();
      long parent = node.database.tx(tx -> node.jobs.enqueue(tx, job("end"), children));
      LockSupport.parkNanos(chance.nextInt(20_000_000));
      long begun = System.nanoTime();
      other.jobs.cancel(parent);
      most = Math.max(most, System.nanoTime() - begun);
      awaitEmpty("seed " + seed + " round " + round);
    }
    assertThat(deadlocks()).as("seed %s", seed).isZero();
    assertThat(Duration.ofNanos(most)).isLessThan(Duration.ofSeconds(1));
  }

  @Test
  void queuesAreDrainedWhileTheirFamiliesEndWithoutADeadlock() throws Exception {
    for (int round = 0; round < 5; round++) {
      for (int i = 0; i < 5; i++) {
        List<Child> children =
            IntStream.range(0, WIDE).mapToObj(_ -> Child.of(job("end"))).toList();
        node.database.tx(tx -> node.jobs.enqueue(tx, job("end"), children));
      }
      long drain = other.jobs.control().drain("q");
      assertThat(node.outcome(drain)).isEqualTo("done");
      awaitEmpty("round " + round);
    }
    assertThat(deadlocks()).isZero();
  }

  @Test
  void aRunIsToldWithinATenthOfASecondOnWhicheverNodeItIs() throws Exception {
    int rounds = 20;
    long[] took = new long[rounds];
    for (int round = 0; round < rounds; round++) {
      long job = enqueue(job("hang"));
      assertThat(begun(job).await(JobsTest.WAIT_S, TimeUnit.SECONDS)).isTrue();
      long begun = System.nanoTime();
      (round % 2 == 0 ? other : node).jobs.cancel(job);
      assertThat(node.outcome(job)).isEqualTo("cancelled");
      took[round] = Objects.requireNonNull(stoppedAt.get(job)) - begun;
    }
    long[] sorted = IntStream.range(0, rounds).mapToLong(i -> took[i]).sorted().toArray();

    // Without the bell a run is told at the next beat, which comes every second.
    assertThat(Duration.ofNanos(sorted[rounds / 2])).isLessThan(Duration.ofMillis(100));
    assertThat(Duration.ofNanos(sorted[rounds - 1])).isLessThan(Duration.ofMillis(500));
  }

  private CountDownLatch begun(long job) {
    return begun.computeIfAbsent(job, _ -> new CountDownLatch(1));
  }

  private long enqueue(NewJob job) {
    return node.database.tx(tx -> node.jobs.enqueue(tx, job));
  }

  private void awaitEmpty(String when) {
    long start = System.nanoTime();
    while (live() > 0) {
      assertThat(System.nanoTime() - start)
          .as("%s, left: %s", when, rows())
          .isLessThan(TimeUnit.SECONDS.toNanos(JobsTest.WAIT_S));
      Await.rest();
    }
  }

  private List<String> rows() {
    return node.database.list(
        "SELECT id || ' ' || state || ' ' || cancelled || ' ' || payload FROM everbrook.job",
        row -> row.getString(1));
  }

  private long live() {
    return node.database
        .list("SELECT count(*) FROM everbrook.job WHERE queue = 'q'", row -> row.getLong(1))
        .getFirst();
  }

  private long deadlocks() {
    return node.database
        .list(
            "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()",
            row -> row.getLong(1))
        .getFirst();
  }

  private static NewJob job(String what) {
    return NewJob.of("q", JobsTest.KIND, "\"" + what + "\"");
  }
}
