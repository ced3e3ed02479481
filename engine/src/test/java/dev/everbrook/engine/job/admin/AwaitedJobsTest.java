package dev.everbrook.engine.job.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.job.Ended;
import dev.everbrook.engine.job.JobsNode;
import dev.everbrook.engine.job.JobsTest;
import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.Wire;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.world.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Waiting for jobs beside many other calls that wait. */
class AwaitedJobsTest {

  private static final int CALLERS = 64;

  @AutoClose private final JobsNode node = new JobsNode();
  @AutoClose private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  @Test
  void aSteadyFlowOfCallsDoesNotStarveTheJobsThatEndElsewhere() throws Exception {
    Wire wire = new Wire();
    wire.slowDown("FROM everbrook.job_done", Duration.ofMillis(5));
    AtomicBoolean enough = new AtomicBoolean();
    AtomicLong ids = new AtomicLong(1_000_000);
    List<Future<?>> callers = new ArrayList<>();
    try (AwaitedJobs awaited = new AwaitedJobs(new Database(wire.over(node.pool)), World.real())) {
      for (int i = 0; i < CALLERS; i++) {
        Duration most = Duration.ofMillis(5 + i % 31); // they do not come all at once
        callers.add(threads.submit(() -> awaitNothing(awaited, ids, most, enough)));
      }
      node.working(1, _ -> new Outcome.Done());
      for (int i = 0; i < 5; i++) {
        long job = node.jobs.enqueue(JobsTest.job("{}").after(Duration.ofMillis(50)));
        assertThat(awaited.await(job, Duration.ofSeconds(20)).how()).isEqualTo(Ended.DONE);
      }
      enough.set(true);
      for (Future<?> caller : callers) {
        caller.get();
      }
    }
  }

  private static boolean awaitNothing(
      AwaitedJobs awaited, AtomicLong ids, Duration most, AtomicBoolean enough)
      throws InterruptedException {
    while (!enough.get()) {
      try {
        awaited.await(ids.incrementAndGet(), most);
      } catch (TimeoutException _) {
        // There is no such job.
      }
    }
    return true;
  }
}
