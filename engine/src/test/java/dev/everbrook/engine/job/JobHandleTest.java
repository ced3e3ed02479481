package dev.everbrook.engine.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.everbrook.engine.TestNode;
import dev.everbrook.postgres.Access;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Jobs whose ends are awaited. */
class JobHandleTest {

  private record Numbers(int a, int b) {}

  private record Sum(int sum) {}

  private static final JobType<Numbers, Sum> ADD =
      new JobType<>("add", Numbers.class, Sum.class).queue("sums");

  private static final JobType<Numbers, Void> CHECK =
      new JobType<>("check", Numbers.class, Void.class);

  private static final Duration LONG = Duration.ofSeconds(JobsTest.WAIT_S);

  private final Access access = TestNode.newDatabase();
  @AutoClose private final JobsNode node = new JobsNode(access);
  @AutoClose private final JobsNode other = new JobsNode(access);
  @AutoClose private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  private void adding(JobsNode where) {
    where.jobs.handle(
        ADD, JobsTest.QUICK, (_, numbers) -> ADD.done(new Sum(numbers.a() + numbers.b())));
    where.jobs.work(Map.of("sums", 4));
  }

  @Test
  void aJobOfATypeIsEnqueuedAndItsResultIsAwaited() throws Exception {
    adding(node);
    JobHandle<Sum> adding = node.jobs.enqueue(ADD, new Numbers(40, 2));
    assertThat(adding.await(LONG)).isEqualTo(new Sum(42));
    assertThat(adding.await(Duration.ZERO)).as("again").isEqualTo(new Sum(42));
    assertThat(adding.cancel()).isFalse();
    assertThat(adding).hasToString("add " + adding.job());
  }

  @Test
  void theHandleIsMadeAnewOnAnotherNodeWhichAlsoWaits() throws Exception {
    JobHandle<Sum> here = node.jobs.enqueue(ADD, new Numbers(1, 2));
    Future<Sum> there = threads.submit(() -> other.jobs.handleOf(here.job(), ADD).await(LONG));
    Future<Sum> twice = threads.submit(() -> other.jobs.handleOf(here.job(), ADD).await(LONG));
    adding(node);
    assertThat(there.get()).isEqualTo(new Sum(3));
    assertThat(twice.get()).isEqualTo(new Sum(3));
  }

  @Test
  void manyAreAwaitedAtOnceWhereverTheyRun() throws Exception {
    adding(node);
    List<Future<Sum>> sums = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      Numbers numbers = new Numbers(i, 1);
      JobsNode waits = i % 2 == 0 ? node : other;
      sums.add(threads.submit(() -> waits.jobs.enqueue(ADD, numbers).await(LONG)));
    }
    for (int i = 0; i < sums.size(); i++) {
      assertThat(sums.get(i).get()).isEqualTo(new Sum(i + 1));
    }
  }

  @Test
  void aJobThatFailedOrWasCancelledHasNoResult() {
    node.jobs.handle(
        ADD, JobsTest.QUICK, (_, numbers) -> new Outcome.Failed(numbers + " are too many", false));
    node.jobs.work(Map.of("sums", 1));
    JobHandle<Sum> failing = node.jobs.enqueue(ADD, new Numbers(1, 2));
    assertThatThrownBy(() -> failing.await(LONG))
        .isInstanceOfSatisfying(
            JobFailed.class,
            e -> {
              assertThat(e).hasMessageContaining("failed: Numbers[a=1, b=2] are too many");
              assertThat(e.how()).isEqualTo(Ended.FAILED);
              assertThat(e.job()).isEqualTo(failing.job());
            });

    node.jobs.queues().pause("sums");
    JobHandle<Sum> waiting = node.jobs.enqueue(ADD, new Numbers(1, 2));
    assertThat(waiting.cancel()).isTrue();
    assertThatThrownBy(() -> waiting.await(LONG))
        .isInstanceOf(JobFailed.class)
        .hasMessage("job " + waiting.job() + " was cancelled");
  }

  @Test
  void waitingEndsInTimeAndTheJobGoesOn() throws Exception {
    JobHandle<Sum> adding = node.jobs.enqueue(ADD, new Numbers(1, 2));
    for (Duration most : List.of(Duration.ofSeconds(-1), Duration.ZERO, Duration.ofMillis(50))) {
      assertThatThrownBy(() -> adding.await(most))
          .isInstanceOf(TimeoutException.class)
          .hasMessageContaining("job " + adding.job() + " has not ended within " + most);
    }
    adding(node);
    assertThat(adding.await(Duration.ofSeconds(Long.MAX_VALUE))).isEqualTo(new Sum(3));
    assertThatThrownBy(() -> node.jobs.awaitEnd(4711, Duration.ofMillis(50)))
        .isInstanceOf(TimeoutException.class)
        .hasMessageContaining("or there is no such job");
  }

  @Test
  void aJobIsAwaitedWhileItsTransactionIsOpen() throws Exception {
    adding(node);
    try (Connection connection = node.pool.getConnection()) {
      connection.setAutoCommit(false);
      JobHandle<Sum> adding = node.jobs.enqueue(connection, ADD, new Numbers(2, 2));
      Future<Sum> sum = threads.submit(() -> adding.await(LONG));
      connection.commit();
      assertThat(sum.get()).isEqualTo(new Sum(4));
    }
    JobHandle<Sum> ours = node.database.tx(tx -> node.jobs.enqueue(tx, ADD, new Numbers(2, 3)));
    assertThat(ours.await(LONG)).isEqualTo(new Sum(5));
  }

  @Test
  void aTypeWithoutAResultYieldsNullAndAMissingResultIsAnError() throws Exception {
    node.jobs.handle(CHECK, JobsTest.QUICK, (_, _) -> new Outcome.Done());
    node.jobs.handle(ADD, JobsTest.QUICK, (_, _) -> new Outcome.Done());
    node.jobs.work(Map.of(JobType.QUEUE_DEFAULT, 1, "sums", 1));
    assertThat(node.jobs.enqueue(CHECK, new Numbers(1, 2)).await(LONG)).isNull();
    assertThatThrownBy(() -> node.jobs.enqueue(ADD, new Numbers(1, 2)).await(LONG))
        .isInstanceOf(NonRetryable.class)
        .hasMessage("a job of kind add left no result, where a Sum belongs");
  }

  @Test
  void theEndThatARemoteWorkerReportsIsAwaited() throws Exception {
    UUID worker =
        node.jobs
            .remoteWorkers()
            .register(Hands.WHO, "test", Hands.LEASE, Map.of("add", JobsTest.QUICK))
            .orElseThrow();
    JobHandle<Sum> adding = node.jobs.enqueue(ADD, new Numbers(1, 2));
    Future<Sum> sum = threads.submit(() -> adding.await(LONG));
    ClaimRequest wish = new ClaimRequest("sums", Set.of(), 1, LONG, Set.of());
    Assignment given =
        node.jobs
            .remoteWorkers()
            .claim(Hands.WHO, worker, wish, () -> false)
            .orElseThrow()
            .getFirst();
    node.jobs
        .remoteWorkers()
        .settle(
            Hands.WHO,
            worker,
            given.job(),
            given.run(),
            RunReport.of(new Outcome.Done("{\"sum\":3}")));
    assertThat(sum.get()).isEqualTo(new Sum(3));
  }

  @Test
  void closingTheNodeEndsTheWaiting() throws Exception {
    JobHandle<Sum> adding = node.jobs.enqueue(ADD, new Numbers(1, 2));
    CountDownLatch begun = new CountDownLatch(1);
    Future<Sum> sum =
        threads.submit(() -> {
          begun.countDown();
          return adding.await(LONG);
        });
    begun.await();
    node.jobs.close();
    assertThatThrownBy(() -> sum.get(JobsTest.WAIT_S, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .rootCause()
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> adding.await(LONG)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void moreThanSoManyCallsAtOnceAreRefused() throws Exception {
    List<CompletableFuture<Void>> waiting = new ArrayList<>();
    CountDownLatch refused = new CountDownLatch(100);
    for (int i = 0; i < Jobs.AWAITED_MAX + 100; i++) {
      waiting.add(
          CompletableFuture.runAsync(
              () -> {
                try {
                  node.jobs.awaitEnd(4711, LONG);
                } catch (IllegalStateException e) {
                  if (String.valueOf(e.getMessage()).contains("already")) {
                    refused.countDown();
                  }
                } catch (InterruptedException | TimeoutException e) {
                  throw new AssertionError(e);
                }
              },
              threads));
    }
    assertThat(refused.await(JobsTest.WAIT_S, TimeUnit.SECONDS)).isTrue();
    node.jobs.close();
    CompletableFuture.allOf(waiting.toArray(CompletableFuture[]::new)).get();
    assertThat(refused.getCount()).isZero();
  }

  @Test
  void largeResultsAreAllToldHoweverManyThereAre() throws Exception {
    int jobs = 12;
    node.database.update(
        """
        INSERT INTO everbrook.job_done
               (id, created_at, deadline_at, run, attempt, priority, tokens, outcome, queue, kind,
                lane, principal, payload, result)
        SELECT n, now(), now(), 1, 1, 0, 0, 'done', 'q', 'k', '', '', '1',
               CASE WHEN n % 3 > 0 THEN to_json(repeat('x', 1000000)) END
          FROM generate_series(1, ?) AS n
        """,
        jobs);
    List<Future<JobEnd>> ends = new ArrayList<>();
    for (int i = 1; i <= jobs; i++) {
      long job = i;
      ends.add(threads.submit(() -> node.jobs.awaitEnd(job, LONG)));
    }
    for (int i = 1; i <= jobs; i++) {
      assertThat(ends.get(i - 1).get().result()).hasSize(i % 3 > 0 ? 1_000_002 : 0);
    }
  }
}
