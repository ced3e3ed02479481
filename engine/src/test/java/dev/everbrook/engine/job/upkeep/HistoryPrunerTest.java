package dev.everbrook.engine.job.upkeep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.everbrook.engine.Await;
import dev.everbrook.engine.job.HistorySettings;
import dev.everbrook.engine.job.JobsNode;
import dev.everbrook.engine.job.JobsTest;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How the history of ended jobs is kept and forgotten. */
class HistoryPrunerTest {

  private static final HistorySettings WEEK = new HistorySettings(Duration.ofDays(7), 1_000_000);

  @AutoClose private final JobsNode node = new JobsNode();

  @BeforeEach
  void start() {
    parts().forEach(it -> node.database.update("DROP TABLE everbrook." + it));
  }

  @Test
  void partsAreMadeAheadOfTimeAndTakeWhatEndsNow() {
    new HistoryPruner(node.database, WEEK).step();
    end(1, "0 s");

    assertThat(parts()).hasSize(2);
    assertThat(rows("job_done_rest")).isZero();
    assertThat(rows("job_done")).isEqualTo(1);
    new HistoryPruner(node.database, WEEK).step();
    assertThat(parts()).hasSize(2);
  }

  @Test
  void whatChildrenReportedIsForgottenWhereTheirParentIsDoneOrForgotten() {
    long parent = node.database.tx(tx -> node.jobs.enqueue(tx, JobsTest.job("{}")));
    node.database.update(
        """
        INSERT INTO everbrook.job_child (parent, child, kind, outcome)
        SELECT ?::bigint + p, 1000 + c, 'k', 'done'
          FROM generate_series(0, 20) AS p, generate_series(1, 600) AS c
        """,
        parent);
    end(parent + 1, "0 s");
    node.database.update("UPDATE everbrook.job_done SET outcome = 'failed'");
    end(parent + 2, "0 s");
    new HistoryPruner(node.database, WEEK).step();
    assertThat(reported()).containsExactly(parent + " 600", parent + 1 + " 600");

    node.database.update("DELETE FROM everbrook.job_done");
    new HistoryPruner(node.database, WEEK).step();
    assertThat(reported()).containsExactly(parent + " 600");
  }

  private List<String> reported() {
    return node.database.list(
        "SELECT parent, count(*) FROM everbrook.job_child GROUP BY parent ORDER BY parent",
        row -> row.getLong(1) + " " + row.getInt(2));
  }

  @Test
  void whatEndedBeforeThereWasAPartIsMovedIntoIt() {
    end(1, "0 s");
    assertThat(rows("job_done_rest")).isEqualTo(1);
    new HistoryPruner(node.database, WEEK).step();

    assertThat(rows("job_done_rest")).isZero();
    assertThat(rows("job_done")).isEqualTo(1);
  }

  @Test
  void whatIsTooOldGoesAndNothingElse() {
    part("job_done_1", "20 days", "10 days");
    part("job_done_2", "10 days", "5 days");
    end(1, "15 days");
    end(2, "6 days");
    end(3, "30 days"); // in no part
    new HistoryPruner(node.database, WEEK).step();

    assertThat(parts()).doesNotContain("job_done_1").contains("job_done_2");
    assertThat(node.database.list("SELECT id FROM everbrook.job_done", row -> row.getLong(1)))
        .containsExactly(2L);
  }

  @Test
  void whatIsTooManyGoesOldestFirst() throws Exception {
    part("job_done_1", "3 days", "2 days");
    part("job_done_2", "2 days", "1 day");
    for (int i = 0; i < 1_500; i++) {
      end(i, i < 500 ? "60 hours" : "36 hours");
    }
    awaitStatistics("job_done_2", 1_000);
    new HistoryPruner(node.database, new HistorySettings(Duration.ofDays(7), 1_000)).step();

    assertThat(parts()).doesNotContain("job_done_1").contains("job_done_2");
    assertThat(rows("job_done")).isEqualTo(1_000);
  }

  @Test
  void whoReadsTheHistoryForLongHoldsNobodyUp() throws Exception {
    new HistoryPruner(node.database, WEEK).step();
    part("job_done_1", "20 days", "10 days");
    try (Connection reader = node.pool.getConnection()) {
      reader.setAutoCommit(false);
      reader.createStatement().executeQuery("SELECT count(*) FROM everbrook.job_done").close();
      assertThat(new HistoryPruner(node.database, WEEK).step()).isPositive(); // gives way
      end(1, "0 s");
      assertThat(parts()).contains("job_done_1");
      reader.rollback();
    }
    new HistoryPruner(node.database, WEEK).step();
    assertThat(parts()).doesNotContain("job_done_1");
  }

  @Test
  void settingsThatMakeNoSenseAreRefused() {
    assertThatThrownBy(() -> new HistorySettings(Duration.ofMinutes(1), 1_000))
        .hasMessageContaining("15 min to 10 years");
    assertThatThrownBy(() -> new HistorySettings(Duration.ofDays(1), 10))
        .hasMessageContaining("at least 1000");
  }

  /** Without autovacuum, which may count rows while they arrive and so count some twice. */
  private void part(String name, String from, String to) {
    node.database.update(
        """
        DO $$ BEGIN
          EXECUTE format('CREATE TABLE everbrook.%I PARTITION OF everbrook.job_done'
                         ' FOR VALUES FROM (%L) TO (%L) WITH (autovacuum_enabled = off)',
                         'NAME', now() - interval 'FROM', now() - interval 'TO');
        END $$
        """
            .replace("'NAME'", "'" + name + "'")
            .replace("'FROM'", "'" + from + "'")
            .replace("'TO'", "'" + to + "'"));
  }

  private void end(long id, String ago) {
    node.database.update(
        """
        INSERT INTO everbrook.job_done
               (id, queue, kind, lane, priority, outcome, run, attempt, tokens, created_at,
                finished_at, deadline_at, principal, payload)
        VALUES (?, 'q', 'k', '', 0, 'done', 1, 1, 0, now(), now() - ?::interval, now(), '', '{}')
        """,
        id,
        ago);
  }

  private void awaitStatistics(String table, long rows) {
    long start = System.nanoTime();
    while (System.nanoTime() - start < Duration.ofSeconds(JobsTest.WAIT_S).toNanos()) {
      node.database.list("SELECT pg_stat_force_next_flush()", row -> true);
      long known =
          node.database
              .list(
                  "SELECT pg_stat_get_live_tuples(?::regclass)",
                  row -> row.getLong(1),
                  "everbrook." + table)
              .getFirst();
      if (known == rows) {
        return;
      }
      Await.rest();
    }
    throw new AssertionError("the statistics of " + table + " did not come to " + rows);
  }

  private List<String> parts() {
    return node.database.list(
        """
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
         WHERE i.inhparent = 'everbrook.job_done'::regclass AND c.relname <> 'job_done_rest'
        """,
        row -> row.getString(1));
  }

  private long rows(String table) {
    return node.database
        .list("SELECT count(*) FROM everbrook." + table, row -> row.getLong(1))
        .getFirst();
  }
}
