package dev.everbrook.engine.job.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.everbrook.engine.job.JobView;
import dev.everbrook.engine.job.JobsNode;
import dev.everbrook.engine.job.JobsTest;
import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.RetryAfter;
import dev.everbrook.engine.job.RetryPolicy;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What handlers throw, and failures that say when the next attempt follows. */
class RetryAfterTest {

  @AutoClose private final JobsNode node = new JobsNode();

  @Test
  void aHandlerMayThrowCheckedExceptionsAndSayWhenToTryAgain() throws Exception {
    List<Long> waits = Collections.synchronizedList(new ArrayList<>());
    AtomicLong failedAt = new AtomicLong();
    node.jobs.handle(
        JobsTest.KIND,
        new RetryPolicy(4, Duration.ZERO, Duration.ZERO),
        run -> {
          waits.add(System.nanoTime() - failedAt.getAndSet(System.nanoTime()));
          return switch (run.attempt()) {
            case 1 -> throw new SQLException("the table is locked");
            case 2 -> throw new RetryAfter(Duration.ofSeconds(1), "busy", new IOException("503"));
            case 3 -> Outcome.Failed.retryAfter(Duration.ofMillis(500), "still busy");
            default -> new Outcome.Done();
          };
        });
    node.jobs.work(Map.of("q", 2));
    long job = node.jobs.enqueue(JobsTest.job("{}"));

    assertThat(node.outcome(job)).isEqualTo("done");
    assertThat(view(job).attempt()).isEqualTo(4);
    assertThat(waits.get(2)).isGreaterThanOrEqualTo(Duration.ofMillis(990).toNanos());
    assertThat(waits.get(3)).isGreaterThanOrEqualTo(Duration.ofMillis(490).toNanos());
  }

  @Test
  void theTimeToTheNextAttemptHasBounds() {
    for (Duration wrong : List.of(Duration.ofNanos(-1), Duration.ofHours(24).plusNanos(1))) {
      assertThatThrownBy(() -> new RetryAfter(wrong, "busy"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("the next attempt must follow after 0 to PT24H, was " + wrong);
      assertThatThrownBy(() -> Outcome.Failed.retryAfter(wrong, "busy"))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void theLastAttemptEndsTheJobThoughItSaysWhenToTryAgain() throws Exception {
    node.working(
        2,
        run -> {
          throw new RetryAfter(Duration.ZERO, "busy " + run.attempt());
        });
    long job = node.jobs.enqueue(JobsTest.job("{}"));

    assertThat(node.outcome(job)).isEqualTo("failed");
    assertThat(view(job).attempt()).isEqualTo(JobsTest.QUICK.attemptsMax());
    assertThat(view(job).error()).isEqualTo("busy " + JobsTest.QUICK.attemptsMax());
  }

  private JobView view(long job) {
    return node.jobs.list().find(job).orElseThrow().job();
  }
}
