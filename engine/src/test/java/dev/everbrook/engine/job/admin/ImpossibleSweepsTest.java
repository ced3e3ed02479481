package dev.everbrook.engine.job.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.everbrook.engine.job.Dedupe;
import dev.everbrook.engine.job.JobControl;
import dev.everbrook.engine.job.JobFilter;
import dev.everbrook.engine.job.JobState;
import dev.everbrook.engine.job.JobsNode;
import dev.everbrook.engine.job.JobsTest;
import dev.everbrook.engine.job.NewJob;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the engine is asked to do in the background, and can never do. */
class ImpossibleSweepsTest {

  @AutoClose private final JobsNode node = new JobsNode();

  @ParameterizedTest
  @ValueSource(strings = {"a\0b", "a\nb", "a\u0085b", "a\ud800", "\udc00b"})
  void aFilterThatNoJobCanFitIsRefused(String name) {
    String tooLong = "x".repeat(201);
    List<Supplier<JobFilter>> filters =
        List.of(
            () -> JobFilter.ALL.queue(name),
            () -> JobFilter.ALL.queue(tooLong),
            () -> JobFilter.ALL.kind(name),
            () -> JobFilter.ALL.kind(tooLong),
            () -> JobFilter.ALL.lane(name),
            () -> JobFilter.ALL.lane(tooLong),
            () -> JobFilter.ALL.principal(name),
            () -> JobFilter.ALL.principal(tooLong),
            () -> JobFilter.ALL.from(Instant.MIN),
            () -> JobFilter.ALL.to(Instant.MAX));
    for (Supplier<JobFilter> filter : filters) {
      assertThatThrownBy(filter::get)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(" must ");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\0b", "a\nb", "a\ud800", "\udc00b"})
  void aNameThatTheDatabaseCannotHoldIsRefused(String name) {
    assertThatThrownBy(() -> node.jobs.control().drain(name))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> node.jobs.queues().pause(name))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> JobsTest.job("{}").lane(name))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Dedupe.reject(name.replace('\n', '\0')))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** As one that was begun before its filter was checked. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"filter\":{\"queue\":\"a\\u0000\",\"state\":\"FAILED\"},\"before\":9}",
        "{\"filter\":{},\"before\":\"never\"}",
        "{\"before\":9}",
        "{}",
        "[]",
        "null"
      })
  void whatIsToBeDoneEndsAtOnceIfItMakesNoSense(String payload) throws Exception {
    node.jobs.work(Map.of("q", 1));
    for (String kind : List.of("everbrook.redrive", "everbrook.drain")) {
      long job = node.jobs.enqueue(NewJob.of(JobControl.QUEUE, kind, payload));

      assertThat(node.outcome(job)).isEqualTo("failed");
      assertThat(node.jobs.list().find(job).orElseThrow().job().attempt()).isOne();
    }
  }

  @Test
  void whatTheDatabaseRejectsEndsAtOnce() throws Exception {
    node.database.update(
        """
        ALTER TABLE everbrook.job ADD CONSTRAINT picky
          CHECK (kind <> 'everbrook.redrive' OR payload::text NOT LIKE '%"looks":1%')
        """);
    node.jobs.work(Map.of("q", 1));
    long job = node.jobs.control().redrive(JobFilter.ALL.state(JobState.FAILED));

    assertThat(node.outcome(job)).isEqualTo("failed");
    assertThat(node.jobs.list().find(job).orElseThrow().job().attempt()).isOne();
  }
}
