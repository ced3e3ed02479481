package dev.everbrook.engine.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Counts the runs that were done, and remembers what they were given. */
public final class Ends {
  public final CountDownLatch done;
  public final Queue<String> payloads = new ConcurrentLinkedQueue<>();
  public final Queue<Integer> attempts = new ConcurrentLinkedQueue<>();

  public Ends(int expected) {
    done = new CountDownLatch(expected);
  }

  public Handler handler(Handler inner) {
    return run -> {
      attempts.add(run.attempt());
      Outcome outcome = inner.run(run);
      if (outcome instanceof Outcome.Done) {
        payloads.add(run.payload());
        done.countDown();
      }
      return outcome;
    };
  }

  public void await() throws InterruptedException {
    assertThat(done.await(JobsTest.WAIT_S, TimeUnit.SECONDS))
        .as("%s more runs to be done within %s s", done.getCount(), JobsTest.WAIT_S)
        .isTrue();
  }
}
