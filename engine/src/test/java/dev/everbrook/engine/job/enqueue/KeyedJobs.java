package dev.everbrook.engine.job.enqueue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.job.Dedupe;
import dev.everbrook.engine.job.Enqueued;
import dev.everbrook.engine.job.JobsNode;
import dev.everbrook.engine.job.JobsTest;
import dev.everbrook.engine.job.NewJob;
import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.Run;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Jobs with keys that are offered to a node, and runs of them that wait until they are let go. */
final class KeyedJobs {

  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch go = new CountDownLatch(1);
  private final JobsNode node;

  KeyedJobs(JobsNode node) {
    this.node = node;
  }

  Enqueued offer(int n, Dedupe dedupe) {
    return offer(job(n).dedupe(dedupe));
  }

  Enqueued offer(NewJob job) {
    return node.database.tx(tx -> node.jobs.offer(tx, job));
  }

  static NewJob job(int n) {
    return NewJob.of("q", JobsTest.KIND, payload(n));
  }

  static String payload(int n) {
    return "{\"n\": " + n + "}";
  }

  /** Runs until {@link #letGo}. */
  Outcome held(Run run) throws InterruptedException {
    begun.countDown();
    go.await();
    return new Outcome.Done();
  }

  /** Waits until a held run has begun. */
  void awaitBegun() throws InterruptedException {
    assertThat(begun.await(JobsTest.WAIT_S, TimeUnit.SECONDS)).isTrue();
  }

  void letGo() {
    go.countDown();
  }
}
