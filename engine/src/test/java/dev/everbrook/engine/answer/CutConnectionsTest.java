package dev.everbrook.engine.answer;

import static dev.everbrook.engine.answer.Asking.head;
import static dev.everbrook.engine.answer.Asking.question;
import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.Await;
import dev.everbrook.engine.TestNode;
import dev.everbrook.engine.job.RetryPolicy;
import dev.everbrook.engine.stream.Head;
import dev.everbrook.engine.stream.StreamState;
import dev.everbrook.postgres.Access;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Two nodes write while their database connections are cut and their incarnations ended, at random.
 */
class CutConnectionsTest {

  private static final Logger log = LoggerFactory.getLogger(CutConnectionsTest.class);
  private static final List<Recovery> RECOVERIES = List.of(Recovery.values());
  private static final AnswerSettings PATIENT =
      new AnswerSettings(
          new RetryPolicy(1_000, Duration.ofMillis(1), Duration.ofMillis(5)),
          Duration.ofSeconds(60),
          false);

  private static final int ANSWERS = 12;
  private static final int WORDS = 40;
  private static final int CUTS = 12;

  private static final String CUT_ALL =
      """
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid()
      """;

  private static final String END_A_LIFE =
      """
      DELETE FROM everbrook.node
       WHERE id = (SELECT id FROM everbrook.node ORDER BY random() LIMIT 1)
      """;

  private record Asked(Answer answer, Recovery recovery, Watcher one, Watcher two) {}

  @RepeatedTest(3)
  void everyReaderSeesOneUnbrokenSequence() throws Exception {
    long seed = System.nanoTime();
    log.info("what breaks when is drawn from seed {}", seed);
    Random chance = new Random(seed);
    Access access = TestNode.newDatabase();
    RecitingModel model = RecitingModel.held(WORDS);
    try (TestNode one = TestNode.start(access, model, PATIENT);
        TestNode two = TestNode.start(access, model, PATIENT);
        Connection knife =
            DriverManager.getConnection(access.url(), access.user(), access.password());
        Statement cut = knife.createStatement()) {
      List<Asked> all = new ArrayList<>();
      for (int i = 0; i < ANSWERS; i++) {
        all.add(ask(chance, one, two));
      }
      for (int i = 0; i < CUTS; i++) {
        model.free(1 + chance.nextInt(2 * ANSWERS));
        waitUntilAnEventIsWritten(cut);
        cut.execute(chance.nextInt(3) > 0 ? CUT_ALL : END_A_LIFE);
      }
      model.free(100 * ANSWERS * WORDS);
      for (Asked asked : all) {
        asked.one().log(); // all is over, and nothing is cut any more
      }
      try (TestNode calm = TestNode.reading(access)) {
        for (Asked asked : all) {
          assertUnbroken(asked, calm, model, seed);
        }
      }
    }
  }

  private static Asked ask(Random chance, TestNode one, TestNode two) {
    Recovery recovery = RECOVERIES.get(chance.nextInt(RECOVERIES.size()));
    Granularity size =
        switch (chance.nextInt(3)) {
          case 0 -> new Granularity.Token();
          case 1 -> new Granularity.Word();
          default -> new Granularity.Every(Duration.ofMillis(1 + chance.nextInt(50)));
        };
    TestNode asking = chance.nextBoolean() ? one : two;
    Answer answer = Asking.ask(asking, question("why?").recovering(recovery).by(size));
    return new Asked(answer, recovery, Watcher.on(one, answer), Watcher.on(two, answer));
  }

  /** So that the cuts are spread over what is written. */
  private static void waitUntilAnEventIsWritten(Statement statement) throws SQLException {
    long before = written(statement);
    long start = System.nanoTime();
    while (written(statement) == before && System.nanoTime() - start < 500_000_000) {
      Await.rest();
    }
  }

  private static long written(Statement statement) throws SQLException {
    try (var rows = statement.executeQuery("SELECT coalesce(sum(n), 0) FROM everbrook.chunk")) {
      rows.next();
      return rows.getLong(1);
    }
  }

  private static void assertUnbroken(Asked asked, TestNode node, RecitingModel model, long seed)
      throws Exception {
    List<byte[]> log = asked.one().log();
    assertThat(asked.two().log()).as("seed %d", seed).hasSize(log.size());
    for (int i = 0; i < log.size(); i++) {
      assertThat(asked.two().log().get(i)).as("seed %d", seed).isEqualTo(log.get(i));
    }
    Head head = head(node, asked.answer());
    String body = head.body().orElseThrow();
    if (head.state() == StreamState.DONE) {
      assertThat(body).as("seed %d", seed).isEqualTo(model.text());
    } else {
      assertThat(model.text()).as("seed %d", seed).startsWith(body);
      assertThat(asked.recovery()).as("seed %d", seed).isEqualTo(Recovery.FAIL);
      assertThat(head.error().orElseThrow()).as("seed %d", seed).contains("interrupted");
    }
  }
}
