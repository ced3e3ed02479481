package dev.everbrook.engine.job.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.everbrook.engine.job.Dedupe;
import dev.everbrook.engine.job.Ends;
import dev.everbrook.engine.job.JobType;
import dev.everbrook.engine.job.JobsNode;
import dev.everbrook.engine.job.JobsTest;
import dev.everbrook.engine.job.NewJob;
import dev.everbrook.engine.job.NoLongerHeld;
import dev.everbrook.engine.job.NonRetryable;
import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.QueueView;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** How handlers are called, and what they can say. */
class RunningTest {

  private static final JobType<Sum, Total> SUM = new JobType<>("sum", Sum.class, Total.class);

  private record Sum(List<Integer> numbers) {}

  private record Total(int total) {}

  @AutoClose private final JobsNode node = new JobsNode();

  @Test
  void payloadAndResultAreRecords() throws Exception {
    node.jobs.handle(
        SUM.kind(),
        JobsTest.QUICK,
        SUM.handler(
            (_, sum) -> SUM.done(new Total(sum.numbers().stream().mapToInt(it -> it).sum()))));
    node.jobs.work(Map.of("q", 2));
    long job = enqueue(SUM.in("q", new Sum(List.of(1, 2, 39))));

    assertThat(node.outcome(job)).isEqualTo("done");
    assertThat(SUM.resultOf(column(job, "result"))).isEqualTo(new Total(42));
  }

  @Test
  void aPayloadThatIsNoSuchRecordFailsItsJobForGood() throws Exception {
    node.jobs.handle(SUM.kind(), JobsTest.QUICK, SUM.handler((_, _) -> new Outcome.Done()));
    node.jobs.work(Map.of("q", 2));
    long job = enqueue(NewJob.of("q", "sum", "[1]"));

    assertThat(node.outcome(job)).isEqualTo("failed");
    assertThat(column(job, "attempt")).isEqualTo("1");
    assertThat(column(job, "error")).contains("has a payload that is no Sum");
  }

  @Test
  void anErrorThatIsNotWorthRetryingEndsTheJobWithThisAttempt() throws Exception {
    node.working(
        2,
        _ -> {
          throw new NonRetryable("the account is closed");
        });
    long job = enqueue(JobsTest.job("{}"));

    assertThat(node.outcome(job)).isEqualTo("failed");
    assertThat(column(job, "attempt")).isEqualTo("1");
    assertThat(column(job, "error")).isEqualTo("the account is closed");
  }

  @Test
  void anAttemptThatTakesTooLongIsStoppedAndAnotherFollows() throws Exception {
    Ends ends = new Ends(1);
    CountDownLatch never = new CountDownLatch(1);
    node.jobs.handle(
        JobsTest.KIND,
        JobsTest.QUICK.attemptTime(Duration.ofMillis(300)),
        ends.handler(run -> {
          if (run.attempt() == 1) {
            never.await();
          }
          return new Outcome.Done();
        }));
    node.jobs.work(Map.of("q", 1));
    enqueue(JobsTest.job("{}"));

    ends.await();
    assertThat(ends.attempts).containsExactly(1, 2);
  }

  @Test
  void severalJobsAreHandledWithOneCallAndEachHasAnOutcomeOfItsOwn() throws Exception {
    List<Integer> sizes = new ArrayList<>();
    List<Long> ids = enqueueAll(40);
    node.jobs.handleBatch(
        JobsTest.KIND,
        JobsTest.QUICK,
        10,
        runs -> {
          synchronized (sizes) {
            sizes.add(runs.size());
          }
          return runs.stream()
              .map(run ->
                  run.payload().contains("7")
                      ? new Outcome.Failed("sevens are bad", false)
                      : (Outcome) new Outcome.Done(run.payload()))
              .toList();
        });
    node.jobs.work(Map.of("q", 2));

    for (int i = 0; i < ids.size(); i++) {
      boolean bad = ("" + i).contains("7");
      assertThat(node.outcome(ids.get(i))).isEqualTo(bad ? "failed" : "done");
    }
    assertThat(sizes.stream().mapToInt(it -> it).sum()).isEqualTo(40);
    assertThat(sizes).allMatch(it -> it <= 10).anyMatch(it -> it == 10);
  }

  @Test
  void aBatchThatThrowsIsTriedAgainWhole() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    List<Long> ids = enqueueAll(5);
    node.jobs.handleBatch(
        JobsTest.KIND,
        JobsTest.QUICK,
        5,
        runs -> {
          if (calls.getAndIncrement() == 0) {
            throw new IllegalStateException("once");
          }
          return runs.stream().map(_ -> (Outcome) new Outcome.Done()).toList();
        });
    node.jobs.work(Map.of("q", 1));

    for (long id : ids) {
      assertThat(node.outcome(id)).isEqualTo("done");
    }
  }

  @Test
  void aJobIsDoneTogetherWithWhatItsHandlerWrote() throws Exception {
    node.database.update("CREATE TABLE ledger (job bigint)");
    node.working(
        2,
        run -> {
          try (Connection connection = node.pool.getConnection()) {
            connection.setAutoCommit(false);
            connection.createStatement().execute("INSERT INTO ledger VALUES (" + run.job() + ")");
            run.complete(connection, "\"written\"");
            if (run.attempt() == 1) {
              connection.rollback(); // and forgets to say so
            } else {
              connection.commit();
            }
          } catch (SQLException e) {
            throw new IllegalStateException(e);
          }
          return new Outcome.Done();
        });
    long job = enqueue(JobsTest.job("{}"));

    assertThat(node.outcome(job)).isEqualTo("done");
    assertThat(column(job, "attempt")).isEqualTo("2");
    assertThat(column(job, "result")).isEqualTo("\"written\"");
    assertThat(node.database.list("SELECT job FROM ledger", row -> row.getLong(1)))
        .containsExactly(job);
  }

  @Test
  void aResultThatCannotBeKeptIsRefusedBeforeItBreaksTheTransaction() throws Exception {
    List<String> refusals = Collections.synchronizedList(new ArrayList<>());
    String tooLong = "\"" + "x".repeat(NewJob.PAYLOAD_BYTES_MAX) + "\"";
    node.working(
        1,
        run -> {
          node.database.tx(tx -> {
            for (String result : List.of("{bad", tooLong)) {
              try {
                run.complete(tx, result);
              } catch (IllegalArgumentException e) {
                refusals.add(String.valueOf(e.getMessage()));
              }
            }
            run.complete(tx, "{}");
            return true;
          });
          return new Outcome.Done();
        });

    assertThat(node.outcome(enqueue(JobsTest.job("{}")))).isEqualTo("done");
    assertThat(refusals).hasSize(2);
    assertThat(refusals.getFirst()).contains("not JSON");
    assertThat(refusals.getLast()).contains("1048576 bytes");
  }

  @Test
  void aRunThatLostItsJobCannotCompleteIt() throws Exception {
    CompletableFuture<Throwable> refused = new CompletableFuture<>();
    CountDownLatch again = new CountDownLatch(1);
    CountDownLatch running = new CountDownLatch(1);
    node.working(
        2,
        run -> {
          if (run.number() > 1) {
            again.countDown();
            return new Outcome.Done();
          }
          run.onStop(() -> {});
          running.countDown();
          again.await();
          try {
            node.database.tx(tx -> {
              run.complete(tx, "");
              return true;
            });
          } catch (NoLongerHeld e) {
            refused.complete(e);
          }
          return new Outcome.Done();
        });
    enqueue(JobsTest.job("{}"));
    assertThat(running.await(JobsTest.WAIT_S, TimeUnit.SECONDS)).isTrue();
    node.database.update("DELETE FROM everbrook.node WHERE id = ?", node.membership.node());

    assertThat(refused.get(JobsTest.WAIT_S, TimeUnit.SECONDS)).isInstanceOf(NoLongerHeld.class);
  }

  @Test
  void aJobThatIsEnqueuedByItselfIsDurableAtOnceAndRunsWhetherOrNotAPlaceIsFree() throws Exception {
    Ends ends = new Ends(50);
    long waiting = node.jobs.enqueue(JobsTest.job("{}"));
    assertThat(
            node.database.list(
                "SELECT state FROM everbrook.job WHERE id = ?", row -> row.getString(1), waiting))
        .containsExactly("ready");
    node.working(2, ends.handler(_ -> new Outcome.Done()));
    for (int i = 1; i < 50; i++) {
      node.jobs.enqueue(JobsTest.job("{\"n\": " + i + "}").lane(i % 3 == 0 ? "a" : ""));
    }

    ends.await();
    assertThat(ends.payloads).hasSize(50).doesNotHaveDuplicates();
  }

  @Test
  void whatIsEnqueuedTogetherWithOthersIsDurableWhenItIsTold() throws Exception {
    List<Future<Long>> told = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      told.add(node.jobs.enqueueAsync(JobsTest.job("{\"n\": " + i + "}")));
    }
    for (int i = 0; i < told.size(); i++) {
      long id = told.get(i).get(JobsTest.WAIT_S, TimeUnit.SECONDS);
      assertThat(
              node.database.list(
                  "SELECT payload->>'n' FROM everbrook.job WHERE id = ?",
                  row -> row.getString(1),
                  id))
          .containsExactly(Integer.toString(i));
    }
  }

  @Test
  void ofManyThatAreEnqueuedTogetherOnlyTheBadOneFails() throws Exception {
    List<Future<Long>> told = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      told.add(node.jobs.enqueueAsync(i == 17 ? unchecked("no JSON") : JobsTest.job("{}")));
    }
    for (int i = 0; i < told.size(); i++) {
      Future<Long> each = told.get(i);
      if (i == 17) {
        assertThatThrownBy(() -> each.get(JobsTest.WAIT_S, TimeUnit.SECONDS))
            .hasMessageContaining("json");
      } else {
        assertThat(each.get(JobsTest.WAIT_S, TimeUnit.SECONDS)).isPositive();
      }
    }
  }

  /** As its components say, which nobody has looked at but the database. */
  private static NewJob unchecked(String payload) {
    NewJob job = JobsTest.job("{}");
    return new NewJob(
        job.queue(),
        job.kind(),
        payload,
        job.delay(),
        job.deadline(),
        0,
        "",
        0,
        "",
        Dedupe.NONE,
        Optional.empty());
  }

  @Test
  void jobsAreCountedWhateverHappensToThem() throws Exception {
    AtomicInteger runs = new AtomicInteger();
    node.working(
        2,
        _ -> {
          int n = runs.incrementAndGet();
          return n % 3 == 0 ? new Outcome.Failed("third", false) : new Outcome.Done();
        });
    List<Long> ids = enqueueAll(30);
    long later = enqueue(JobsTest.job("{}").after(Duration.ofHours(1)));
    for (long id : ids) {
      node.outcome(id);
    }
    node.database.update(
        "WITH old AS (DELETE FROM everbrook.job_count RETURNING *) INSERT INTO everbrook.job_count"
            + " SELECT queue, state, sum(n) FROM old GROUP BY queue, state");

    assertThat(node.jobs.queues().counts())
        .containsExactly(new QueueView.Counts("q", 0, 1, 0, 0, 20, 10, 0));
    node.jobs.cancel(later);
    assertThat(node.outcome(later)).isEqualTo("cancelled");
    assertThat(node.jobs.queues().counts())
        .containsExactly(new QueueView.Counts("q", 0, 0, 0, 0, 20, 10, 1));
  }

  @Test
  void aPausedQueueBeginsNothingUntilItIsResumed() throws Exception {
    Ends ends = new Ends(2);
    node.working(2, ends.handler(_ -> new Outcome.Done()));
    node.jobs.queues().pause("q");
    long first = enqueue(JobsTest.job("{\"n\": 1}"));
    long other = enqueue(NewJob.of("q", JobsTest.KIND, "{\"n\": 2}").lane("a"));
    long control = enqueue(NewJob.of("open", JobsTest.KIND, "{}"));
    node.jobs.work(Map.of("open", 1));

    assertThat(node.outcome(control)).isEqualTo("done");
    assertThat(node.jobs.queues().counts())
        .contains(new QueueView.Counts("q", 2, 0, 0, 0, 0, 0, 0));
    node.jobs.queues().resume("q");
    assertThat(node.outcome(first)).isEqualTo("done");
    assertThat(node.outcome(other)).isEqualTo("done");
  }

  private long enqueue(NewJob job) {
    return node.database.tx(tx -> node.jobs.enqueue(tx, job));
  }

  private List<Long> enqueueAll(int n) {
    List<NewJob> jobs = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      jobs.add(JobsTest.job("{\"n\": " + i + "}"));
    }
    return node.database.tx(tx -> node.jobs.enqueueAll(tx, jobs));
  }

  private String column(long job, String name) {
    return node.database
        .list(
            "SELECT attempt::text AS attempt, error, result::text AS result"
                + " FROM everbrook.job_done WHERE id = ?",
            row -> row.getString(name),
            job)
        .getFirst();
  }
}
