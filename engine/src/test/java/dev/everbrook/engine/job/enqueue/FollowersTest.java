package dev.everbrook.engine.job.enqueue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.TestNode;
import dev.everbrook.engine.job.Dedupe;
import dev.everbrook.engine.job.Ends;
import dev.everbrook.engine.job.Enqueued;
import dev.everbrook.engine.job.Enqueued.Fate;
import dev.everbrook.engine.job.JobsNode;
import dev.everbrook.engine.job.JobsTest;
import dev.everbrook.engine.job.NewJob;
import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.Run;
import dev.everbrook.engine.job.admin.Drain;
import dev.everbrook.engine.job.admin.Sweeper;
import dev.everbrook.postgres.Access;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Jobs that follow the one with their key, while it runs and when it is cancelled. */
class FollowersTest {

  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch go = new CountDownLatch(1);
  private JobsNode node;

  @BeforeEach
  void start() {
    Access access = TestNode.newDatabase();
    node = new JobsNode(access);
  }

  @AfterEach
  void stop() {
    go.countDown();
    node.close();
  }

  @ParameterizedTest
  @EnumSource(names = "REJECT", mode = EnumSource.Mode.EXCLUDE)
  void whatReplacesAJobThatRunsFollowsItOnceWithTheLastPayload(Dedupe.How how) throws Exception {
    Dedupe key = new Dedupe("k", how, Duration.ofMinutes(1));
    Ends ends = new Ends(2);
    node.working(3, ends.handler(this::held));
    long first = offer(1, key).job();
    assertThat(begun.await(JobsTest.WAIT_S, TimeUnit.SECONDS)).isTrue();
    NewJob soon = job(3).after(Duration.ofMillis(50)).dedupe(key);
    Enqueued second = offer(2, key);
    Enqueued third = offer(soon);
    go.countDown();

    assertThat(second.fate()).isEqualTo(Fate.FOLLOWS);
    assertThat(third).isEqualTo(second);
    assertThat(node.outcome(first)).isEqualTo("done");
    assertThat(node.outcome(second.job())).isEqualTo("done");
    assertThat(ends.payloads).containsExactly(payload(1), payload(3));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatFollowsACancelledJobKeepsItsKeyAndRunsOnceAfterItWithTheLastPayload(boolean drained)
      throws Exception {
    CountDownLatch cancelled = new CountDownLatch(1);
    AtomicInteger atOnce = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    Ends ends = new Ends(drained ? 2 : 1);
    node.working(
        3,
        ends.handler(run -> {
          most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
          run.onStop(cancelled::countDown);
          held(run); // it takes its time to stop
          atOnce.decrementAndGet();
          return run.stopReason().isPresent() ? new Outcome.Cancelled() : new Outcome.Done();
        }));
    long first = offer(1, Dedupe.keepLast("k")).job();
    assertThat(begun.await(JobsTest.WAIT_S, TimeUnit.SECONDS)).isTrue();
    Enqueued second = offer(2, Dedupe.keepLast("k"));
    if (drained) { // as one that waits to be tried again
      node.database.update(
          "UPDATE everbrook.job SET state = 'delayed', owner = NULL WHERE id = ?", first);
      drainOnly(first);
    } else {
      node.jobs.cancel(first);
      assertThat(cancelled.await(JobsTest.WAIT_S, TimeUnit.SECONDS)).isTrue();
    }
    Enqueued third = offer(3, Dedupe.keepLast("k"));
    Enqueued rejected = offer(4, Dedupe.reject("k"));
    go.countDown();

    assertThat(third.job()).isEqualTo(second.job());
    assertThat(rejected).isEqualTo(new Enqueued(second.job(), Fate.REJECTED));
    assertThat(node.outcome(second.job())).isEqualTo("done");
    assertThat(node.outcome(first)).isEqualTo("cancelled");
    assertThat(ends.payloads).contains(payload(3)).doesNotContain(payload(2));
    if (!drained) { // else its run goes on beside it, under a void fence
      assertThat(ends.payloads).hasSize(1);
      assertThat(most).hasValue(1);
    }
  }

  /** As a drain that was begun after the first was enqueued and before what follows was. */
  private void drainOnly(long job) {
    Sweeper.Changed changed = node.database.tx(tx -> Drain.cancel(tx, job));
    assertThat(changed.queues()).hasSize(1);
  }

  private Outcome held(Run run) throws InterruptedException {
    begun.countDown();
    go.await();
    return new Outcome.Done();
  }

  private Enqueued offer(int n, Dedupe dedupe) {
    return offer(job(n).dedupe(dedupe));
  }

  private Enqueued offer(NewJob job) {
    return node.database.tx(tx -> node.jobs.offer(tx, job));
  }

  private static NewJob job(int n) {
    return NewJob.of("q", JobsTest.KIND, payload(n));
  }

  private static String payload(int n) {
    return "{\"n\": " + n + "}";
  }
}
