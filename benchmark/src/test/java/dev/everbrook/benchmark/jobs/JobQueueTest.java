package dev.everbrook.benchmark.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.everbrook.benchmark.report.Misuse;
import dev.everbrook.postgres.Access;
import dev.everbrook.postgres.TestPostgres;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every queue of Java must do to be measured. */
class JobQueueTest {

  private static final int CONNECTIONS = 10;

  @ParameterizedTest
  @ValueSource(strings = {"everbrook", "db-scheduler", "jobrunr", "dbos"})
  void everyJobRunsOnceWhicheverWayItCame(String name) throws InterruptedException {
    try (JobQueue queue = JobChild.open(name, TestPostgres.newDatabase(), CONNECTIONS)) {
      JobLoad load = new JobLoad(queue);
      load.answer("enqueue 0 60");
      long more = load.answer("bulk 60 10").isEmpty() ? 0 : 10;
      more += load.answer("coalesce 70 10").isEmpty() ? 0 : 10;
      assertThat(queue.left()).isEqualTo(60 + more);
      Map<String, Long> answer = load.answer("process " + (60 + more));
      assertThat(answer).containsEntry("runs", 60 + more).containsEntry("jobs", 60 + more);
      assertThat(queue.left()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"everbrook", "db-scheduler", "dbos"})
  void aWorkerPicksUpWhatAnotherProcessEnqueuedAndWorksAgainAfterARest(String name)
      throws InterruptedException {
    Access database = TestPostgres.newDatabase();
    try (JobQueue one = JobChild.open(name, database, CONNECTIONS);
        JobQueue other = JobChild.open(name, database, CONNECTIONS)) {
      JobLoad load = new JobLoad(other);
      for (int k = 0; k < 2; k++) {
        load.answer("work");
        one.enqueue(k);
        load.answer("await " + k);
        assertThat(load.answer("rest")).containsEntry("runs", 1L);
      }
    }
  }

  @Test
  void aQueueThatIsNotThereIsNamed() {
    Access nowhere = new Access("jdbc:postgresql://127.0.0.1:1/none", "nobody", "");
    assertThatThrownBy(() -> JobChild.open("sidekiq", nowhere, CONNECTIONS))
        .isInstanceOf(Misuse.class)
        .hasMessageContaining("'sidekiq'");
  }
}
