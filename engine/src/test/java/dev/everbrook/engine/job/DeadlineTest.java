package dev.everbrook.engine.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.everbrook.engine.Await;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When jobs that are put off may first run, and how long they have from then on. */
class DeadlineTest {

  private static final Duration LATER = Duration.ofDays(365);
  private static final Duration MOST = Duration.ofMinutes(30);
  private static final String IN_TIME = LATER.toSeconds() + " " + MOST.toSeconds();

  private static final String TIMES =
      """
      SELECT extract(epoch FROM run_at - created_at)::bigint,
             extract(epoch FROM deadline_at - run_at)::bigint
        FROM everbrook.job WHERE id = ?
      """;

  private final Hands hands = new Hands();
  private final JobsNode node = hands.node;

  @AfterEach
  void stop() {
    hands.close();
  }

  @Test
  void theDeadlineCountsFromWhenTheJobMayFirstRun() {
    NewJob late = Hands.job().after(LATER).within(MOST);
    long alone = node.jobs.enqueue(late);
    long inBulk = node.database.tx(tx -> node.jobs.enqueueAll(tx, List.of(late))).getFirst();
    long keyed = offer(late.dedupe(Dedupe.reject("k"))).job();
    offer(Hands.job().dedupe(Dedupe.replace("r")));
    long replaced = offer(late.dedupe(Dedupe.replace("r"))).job();
    long parent =
        node.database.tx(tx -> node.jobs.enqueue(tx, late, List.of(Child.of(Hands.job()))));

    assertThat(List.of(alone, inBulk, keyed, replaced, parent))
        .allSatisfy(job -> assertThat(times(job)).isEqualTo(IN_TIME));
  }

  @Test
  void anEndThatCannotBePutInOrderRestsBeforeItIsTriedAgainThoughTheDeadlineHasPassed() {
    RetryPolicy policy = new RetryPolicy(3, Duration.ofMillis(1), Duration.ofHours(1));
    node.jobs.handle("stuck", policy, new Unsettled());
    long id = node.jobs.enqueue(NewJob.of("s", "stuck", "{}").within(Duration.ofMillis(1)));
    node.jobs.work(Map.of("s", 1));
    awaitDelayed(id);

    assertThat(
            node.database.list(
                "SELECT run_at > now() + interval '30 min' FROM everbrook.job WHERE id = ?",
                row -> row.getBoolean(1),
                id))
        .containsExactly(true);
  }

  private static final class Unsettled implements Handler {
    @Override
    public Outcome run(Run run) {
      return new Outcome.Done();
    }

    @Override
    public void ended(Run run, Ended end, String error) {
      throw new IllegalStateException("not now");
    }
  }

  private void awaitDelayed(long job) {
    long start = System.nanoTime();
    while (node.database
        .list("SELECT FROM everbrook.job WHERE id = ? AND state = 'delayed'", row -> true, job)
        .isEmpty()) {
      assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(JobsTest.WAIT_S));
      Await.rest();
    }
  }

  @Test
  void aDebouncedJobHasItsTimeFromWhenItsDelayIsOver() {
    Dedupe key = Dedupe.debounce("k", Duration.ofHours(3));
    NewJob job = Hands.job().after(Duration.ofHours(2)).within(MOST).dedupe(key);
    long id = offer(job).job();
    node.database.update("UPDATE everbrook.job SET created_at = created_at - interval '2 h'");
    offer(job);

    assertThat(times(id)).isEqualTo(Duration.ofHours(3).toSeconds() + " " + MOST.toSeconds());
  }

  @Test
  void aJobThatFollowsAnotherHasItsTimeFromWhenItsDelayIsOver() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    node.working(
        1,
        run -> {
          begun.countDown();
          go.await();
          return new Outcome.Done();
        });
    long first = offer(Hands.job().dedupe(Dedupe.keepLast("k"))).job();
    assertThat(begun.await(JobsTest.WAIT_S, TimeUnit.SECONDS)).isTrue();
    long next = offer(Hands.job().after(LATER).within(MOST).dedupe(Dedupe.keepLast("k"))).job();
    go.countDown();

    assertThat(node.outcome(first)).isEqualTo("done");
    assertThat(times(next)).isEqualTo(IN_TIME);
  }

  @Test
  void aJobThatWasPutOffForLongIsRunWhenItsTimeHasCome() throws Exception {
    long job = node.jobs.enqueue(Hands.job().after(Duration.ofHours(2)));
    node.database.update(
        """
        UPDATE everbrook.job
           SET run_at = run_at - interval '2 h', deadline_at = deadline_at - interval '2 h'
        """);
    node.working(1, _ -> new Outcome.Done());

    assertThat(node.outcome(job)).isEqualTo("done");
  }

  @Test
  void aQueueThatWasPausedForAWeekRunsWhatWaited() throws Exception {
    node.working(1, _ -> new Outcome.Done());
    node.jobs.queues().pause("q");
    long job = node.jobs.enqueue(Hands.job());
    node.database.update(
        """
        UPDATE everbrook.job
           SET run_at = run_at - interval '7 days', deadline_at = deadline_at - interval '7 days'
        """);
    node.jobs.queues().resume("q");

    assertThat(node.outcome(job)).isEqualTo("done");
  }

  @Test
  void moreThanTenYearsAreRefused() {
    Duration more = NewJob.TIME_MAX.plusMillis(1);
    assertThatThrownBy(() -> Hands.job().after(more)).hasMessageContaining("a job's delay");
    assertThatThrownBy(() -> Hands.job().within(more)).hasMessageContaining("a job's deadline");
  }

  private Enqueued offer(NewJob job) {
    return node.database.tx(tx -> node.jobs.offer(tx, job));
  }

  private String times(long job) {
    return node.database.list(TIMES, row -> row.getLong(1) + " " + row.getLong(2), job).getFirst();
  }
}
