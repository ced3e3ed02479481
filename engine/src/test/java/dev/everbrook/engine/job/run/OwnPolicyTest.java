package dev.everbrook.engine.job.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.everbrook.engine.job.Assignment;
import dev.everbrook.engine.job.Child;
import dev.everbrook.engine.job.Dedupe;
import dev.everbrook.engine.job.Enqueued;
import dev.everbrook.engine.job.Hands;
import dev.everbrook.engine.job.JobState;
import dev.everbrook.engine.job.JobView;
import dev.everbrook.engine.job.JobsNode;
import dev.everbrook.engine.job.JobsTest;
import dev.everbrook.engine.job.LaneLimits;
import dev.everbrook.engine.job.NewJob;
import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.ReportResult;
import dev.everbrook.engine.job.RetryPolicy;
import dev.everbrook.engine.job.RunReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Jobs that are retried by policies of their own. */
class OwnPolicyTest {

  private static final RetryPolicy TWICE =
      new RetryPolicy(2, Duration.ZERO, Duration.ofMillis(1), Duration.ofSeconds(100));

  private static final NewJob JOB = JobsTest.job("{}").retry(TWICE);

  @AutoClose private final JobsNode node = new JobsNode();

  /** The ways into the table. */
  enum Way {
    ALONE,
    IN_A_TRANSACTION,
    DELAYED,
    IN_A_LANE,
    WITH_OTHERS,
    WITH_A_KEY,
    WITH_OTHERS_AND_A_KEY,
    AS_A_PARENT,
    ASYNC
  }

  private long enqueue(Way way) throws Exception {
    NewJob keyed = JOB.dedupe(Dedupe.reject("k"));
    return switch (way) {
      case ALONE -> node.jobs.enqueue(JOB);
      case IN_A_TRANSACTION -> node.database.tx(tx -> node.jobs.enqueue(tx, JOB));
      case DELAYED -> node.jobs.enqueue(JOB.after(Duration.ofMillis(1)));
      case IN_A_LANE -> {
        node.jobs.lanes().limit("q", "a", LaneLimits.NONE.atOnce(1));
        yield node.jobs.enqueue(JOB.lane("a"));
      }
      case WITH_OTHERS ->
          node.database
              .tx(tx -> node.jobs.enqueueAll(tx, List.of(JobsTest.job("1"), JOB)))
              .getLast();
      case WITH_A_KEY -> node.database.tx(tx -> node.jobs.offer(tx, keyed)).job();
      case WITH_OTHERS_AND_A_KEY ->
          node.database
              .tx(tx -> node.jobs.offerAll(tx, List.of(JobsTest.job("1"), keyed)))
              .getLast()
              .job();
      case AS_A_PARENT ->
          node.database.tx(tx -> {
            Child child = Child.of(JobsTest.job("2")).onFailure(Child.OnFailure.IGNORE);
            return node.jobs.enqueue(tx, JOB, List.of(child));
          });
      case ASYNC -> node.jobs.enqueueAsync(JOB).get(JobsTest.WAIT_S, TimeUnit.SECONDS);
    };
  }

  @ParameterizedTest
  @EnumSource
  void aJobHasAsManyAttemptsAsItsOwnPolicyGives(Way way) throws Exception {
    node.working(2, _ -> new Outcome.Failed("no", true));
    long job = enqueue(way);
    assertThat(node.outcome(job)).isEqualTo("failed");
    JobView view = view(job);
    assertThat(view.attempt()).isEqualTo(2);
    assertThat(view.retry()).contains(TWICE);

    node.jobs.control().retry(job);
    node.awaitState(job, JobState.FAILED);
    assertThat(view(job).run()).as("it keeps it when it is put back").isEqualTo(4);
  }

  @Test
  void aChildAndWhatFollowsHaveTheirOwn() {
    node.working(2, _ -> new Outcome.Failed("no", true));
    node.jobs.queues().pause("q");
    Child child = Child.of(JOB.dedupe(Dedupe.NONE)).onFailure(Child.OnFailure.IGNORE);
    node.database.tx(tx -> node.jobs.enqueue(tx, JobsTest.job("2"), List.of(child)));
    List<Long> ids =
        node.database.list("SELECT id FROM everbrook.job ORDER BY id", row -> row.getLong(1));
    node.jobs.queues().resume("q");
    for (long id : ids) {
      node.awaitState(id, JobState.FAILED);
    }
    assertThat(ids).extracting(it -> view(it).attempt()).containsExactly(3, 2);
  }

  @ParameterizedTest
  @EnumSource(
      value = Dedupe.How.class,
      names = {"REPLACE", "DEBOUNCE", "KEEP_LAST"})
  void whatReplacesAJobBringsItsPolicy(Dedupe.How how) {
    Dedupe key = new Dedupe("k", how, Duration.ofMinutes(1));
    NewJob plain = JobsTest.job("1").after(Duration.ofHours(1)).dedupe(key);
    for (UnaryOperator<NewJob> change :
        List.<UnaryOperator<NewJob>>of(it -> it.retry(TWICE), it -> it, it -> it.retry(TWICE))) {
      NewJob other = change.apply(plain);
      Enqueued one = node.database.tx(tx -> node.jobs.offer(tx, other));
      assertThat(view(one.job()).retry()).isEqualTo(other.retry());
      NewJob another = other.retry().isPresent() ? plain : plain.retry(TWICE);
      List<Enqueued> many = node.database.tx(tx -> node.jobs.offerAll(tx, List.of(another)));
      assertThat(many.getFirst().job()).isEqualTo(one.job());
      assertThat(view(one.job()).retry()).isEqualTo(another.retry());
    }
  }

  @Test
  void itsWaitsAreItsOwn() throws Exception {
    List<Long> begun = new ArrayList<>();
    CountDownLatch third = new CountDownLatch(3);
    node.working(
        2,
        _ -> {
          begun.add(System.nanoTime());
          third.countDown();
          return new Outcome.Failed("no", true);
        });
    Duration wait = Duration.ofMillis(400);
    node.jobs.enqueue(JobsTest.job("{}").retry(new RetryPolicy(3, wait, wait)));
    assertThat(third.await(JobsTest.WAIT_S, TimeUnit.SECONDS)).isTrue();
    for (int i = 1; i < begun.size(); i++) {
      assertThat(begun.get(i) - begun.get(i - 1))
          .as("at least half of the wait, which is what the jitter leaves")
          .isGreaterThanOrEqualTo(Duration.ofMillis(200).toNanos());
    }
  }

  @Test
  void anAttemptIsStoppedAfterItsOwnTime() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    ConcurrentLinkedQueue<Integer> attempts = new ConcurrentLinkedQueue<>();
    node.working(
        2,
        run -> {
          attempts.add(run.attempt());
          never.await();
          return new Outcome.Done();
        });
    RetryPolicy hasty = TWICE.attemptTime(Duration.ofMillis(200));
    long job = node.jobs.enqueue(JobsTest.job("{}").retry(hasty));
    assertThat(node.outcome(job)).isEqualTo("failed");
    assertThat(attempts).containsExactly(1, 2);
    assertThat(view(job).error()).contains("longer than an attempt may");
  }

  @Test
  void aRemoteWorkerIsToldOfIt() throws Exception {
    try (Hands hands = new Hands()) {
      RetryPolicy once = new RetryPolicy(1, Duration.ZERO, Duration.ZERO, Duration.ofSeconds(7));
      hands.enqueue(Hands.job().retry(once));
      UUID worker = hands.worker(Hands.LEASE);
      Assignment given = hands.claim(worker, Duration.ZERO).getFirst();
      assertThat(given.attemptsMax()).isOne();
      assertThat(given.attemptTime()).isEqualTo(Duration.ofSeconds(7));
      assertThat(hands.settle(worker, given, RunReport.of(new Outcome.Failed("no", true))))
          .isInstanceOf(ReportResult.Over.class);
    }
  }

  @Test
  void aPolicyOfAJobHasTheSameBoundsAsThatOfAKind() {
    for (Duration wrong : List.of(Duration.ZERO, Duration.ofNanos(999_999))) {
      assertThatThrownBy(() -> JobsTest.job("{}").retry(TWICE.attemptTime(wrong)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("attemptTime must be at least 1 ms");
    }
    assertThat(JobsTest.job("{}").retry()).isEqualTo(Optional.empty());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"[]", "7", "{}", "{\"attempts\": 2, \"first\": 5, \"most\": 1, \"time\": 1}"})
  void aTextThatIsNoPolicyHoldsNothingUp(String text) {
    node.jobs.queues().pause("q");
    long strange = node.jobs.enqueue(JOB);
    long other = node.jobs.enqueue(JobsTest.job("{}"));
    node.database.update("UPDATE everbrook.job SET retry = ?::json WHERE id = ?", text, strange);
    node.working(2, _ -> new Outcome.Failed("no", true));
    node.jobs.queues().resume("q");

    assertThat(node.outcome(other)).isEqualTo("failed");
    assertThat(node.outcome(strange)).isEqualTo("failed");
    assertThat(view(strange).attempt()).as("as its kind has it").isEqualTo(3);
    assertThat(view(strange).retry()).isEmpty();
  }

  private JobView view(long job) {
    return node.jobs.list().find(job).orElseThrow().job();
  }
}
