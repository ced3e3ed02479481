package dev.everbrook.engine.job.enqueue;

import static dev.everbrook.engine.job.enqueue.KeyedJobs.job;
import static dev.everbrook.engine.job.enqueue.KeyedJobs.payload;
import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.job.Dedupe;
import dev.everbrook.engine.job.Ends;
import dev.everbrook.engine.job.Enqueued;
import dev.everbrook.engine.job.Enqueued.Fate;
import dev.everbrook.engine.job.JobsNode;
import dev.everbrook.engine.job.JobsTest;
import dev.everbrook.engine.job.NewJob;
import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.admin.Drain;
import dev.everbrook.engine.job.admin.Sweeper;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Jobs that follow the one with their key, while it runs and when it is cancelled. */
class FollowersTest {

  @AutoClose private final JobsNode node = new JobsNode();
  private final KeyedJobs jobs = new KeyedJobs(node);

  @AfterEach
  void letGo() {
    jobs.letGo();
  }

  @ParameterizedTest
  @EnumSource(names = "REJECT", mode = EnumSource.Mode.EXCLUDE)
  void whatReplacesAJobThatRunsFollowsItOnceWithTheLastPayload(Dedupe.How how) throws Exception {
    Dedupe key = new Dedupe("k", how, Duration.ofMinutes(1));
    Ends ends = new Ends(2);
    node.working(3, ends.handler(jobs::held));
    long first = jobs.offer(1, key).job();
    jobs.awaitBegun();
    NewJob soon = job(3).after(Duration.ofMillis(50)).dedupe(key);
    Enqueued second = jobs.offer(2, key);
    Enqueued third = jobs.offer(soon);
    jobs.letGo();

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
          jobs.held(run); // it takes its time to stop
          atOnce.decrementAndGet();
          return run.stopReason().isPresent() ? new Outcome.Cancelled() : new Outcome.Done();
        }));
    long first = jobs.offer(1, Dedupe.keepLast("k")).job();
    jobs.awaitBegun();
    Enqueued second = jobs.offer(2, Dedupe.keepLast("k"));
    if (drained) { // as one that waits to be tried again
      node.database.update(
          "UPDATE everbrook.job SET state = 'delayed', owner = NULL WHERE id = ?", first);
      drainOnly(first);
    } else {
      node.jobs.cancel(first);
      assertThat(cancelled.await(JobsTest.WAIT_S, TimeUnit.SECONDS)).isTrue();
    }
    Enqueued third = jobs.offer(3, Dedupe.keepLast("k"));
    Enqueued rejected = jobs.offer(4, Dedupe.reject("k"));
    jobs.letGo();

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
}
