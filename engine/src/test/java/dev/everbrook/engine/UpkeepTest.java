package dev.everbrook.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.zaxxer.hikari.HikariDataSource;
import dev.everbrook.engine.answer.Answer;
import dev.everbrook.engine.answer.Answers;
import dev.everbrook.engine.answer.Question;
import dev.everbrook.engine.job.NewJob;
import dev.everbrook.engine.live.Tail;
import dev.everbrook.engine.store.Pool;
import dev.everbrook.engine.store.Principal;
import dev.everbrook.engine.stream.Page;
import dev.everbrook.engine.stream.StreamFailure;
import dev.everbrook.engine.stream.StreamState;
import dev.everbrook.engine.stream.UpkeepSettings;
import dev.everbrook.model.Message;
import dev.everbrook.postgres.Access;
import dev.everbrook.postgres.TestPostgres;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of answers after their end, on a node that works. */
class UpkeepTest {

  private static final Principal ANN = new Principal("ann");
  private static final long PATIENCE_MS = 20_000;
  private static final NewJob FOR_NO_STREAM =
      NewJob.of(Answers.QUEUE, Answers.KIND, "{\"stream\": 4711}");

  private final FakeModel model = new FakeModel();
  private HikariDataSource pool;

  @BeforeEach
  void open() {
    Access access = TestPostgres.newDatabase();
    pool = Pool.open(access.url(), access.user(), access.password(), 6);
  }

  @AfterEach
  void close() {
    pool.close();
  }

  @Test
  void anAnswerThatIsStillBeingWrittenCannotBeRemoved() throws Exception {
    try (Engine engine = start(UpkeepSettings.DEFAULT)) {
      Answer answer = ask(engine);
      assertThat(refused(engine, answer)).as("it waits").isEqualTo(BEING_WRITTEN);
      FakeModel.FakeCall call = model.called().says("Be");
      assertThat(refused(engine, answer)).as("it is written").isEqualTo(BEING_WRITTEN);
      call.finishes();
      follow(engine, answer);

      assertThat(remove(engine, answer)).isTrue();
      awaitNone(engine, "stream");
      awaitNone(engine, "chunk");
      assertThat(count(engine, "answer")).as("the question goes with its answer").isZero();
    }
  }

  @Test
  void anAnswerThatIsStoppedAndRemovedAtOnceLeavesNoJob() throws Exception {
    try (Engine engine = start(UpkeepSettings.DEFAULT)) {
      for (int round = 0; round < 30; round++) {
        Answer answer = ask(engine);
        if (round % 2 == 0) {
          model.called().says("Be");
        }
        assertThat(engine.answers().cancel(ANN, answer.stream().publicId()))
            .contains(StreamState.CANCELLED);
        remove(engine, answer);
      }
      long lost = engine.database().tx(tx -> engine.jobs().enqueue(tx, FOR_NO_STREAM));
      awaitNone(engine, "job");
      assertThat(count(engine, "job_done WHERE outcome = 'done' AND id = " + lost)).isEqualTo(1);
    }
  }

  @Test
  void aWorkingNodePacksWhatHasEnded() throws Exception {
    UpkeepSettings soon = new UpkeepSettings(Duration.ofMillis(1), Optional.empty());
    try (Engine engine = start(soon)) {
      Answer answer = ask(engine);
      model.called().says("Be", "cause").finishes();
      List<byte[]> live = follow(engine, answer);
      awaitNone(engine, "chunk");

      assertThat(count(engine, "segment")).isEqualTo(1);
      assertThat(follow(engine, answer)).containsExactlyElementsOf(live);
    }
  }

  @Test
  void aWorkingNodeRemovesWhatIsTooOld() throws Exception {
    UpkeepSettings brief = new UpkeepSettings(Duration.ofDays(9), Optional.of(Duration.ofDays(1)));
    Answer answer;
    try (Engine engine = start(UpkeepSettings.DEFAULT)) {
      answer = ask(engine);
      model.called().says("Because").finishes();
      follow(engine, answer);
      engine
          .database()
          .update("UPDATE everbrook.stream SET closed_at = closed_at - interval '2 days'");
    }
    try (Engine engine = start(brief)) {
      awaitNone(engine, "stream");
      assertThat(engine.log().head(ANN, answer.stream().publicId())).isEmpty();
    }
  }

  private static final StreamFailure.Reason BEING_WRITTEN = StreamFailure.Reason.BEING_WRITTEN;

  private Engine start(UpkeepSettings upkeep) {
    return Engine.start(
        pool,
        model,
        EngineSettings.builder()
            .name("test")
            .answersAtOnce(10)
            .answers(TestNode.QUICK)
            .upkeep(upkeep)
            .build());
  }

  private static Answer ask(Engine engine) {
    return engine
        .database()
        .tx(tx -> engine.answers().ask(tx, new Question(ANN, "m", List.of(Message.user("why?")))));
  }

  private static StreamFailure.Reason refused(Engine engine, Answer answer) {
    return catchThrowableOfType(StreamFailure.class, () -> remove(engine, answer)).reason();
  }

  private static boolean remove(Engine engine, Answer answer) {
    return engine.database().tx(tx -> engine.removal().remove(tx, answer.stream().id()));
  }

  private static List<byte[]> follow(Engine engine, Answer answer) throws InterruptedException {
    List<byte[]> events = new ArrayList<>();
    try (Tail tail = engine.tails().follow(answer.stream(), 0)) {
      Page page;
      do {
        page = tail.next(Duration.ofSeconds(20));
        events.addAll(page.entries().events());
      } while (!page.ended());
    }
    return events;
  }

  private static void awaitNone(Engine engine, String table) {
    long until = System.currentTimeMillis() + PATIENCE_MS;
    while (count(engine, table) > 0) {
      assertThat(System.currentTimeMillis()).as("%s is not empty yet", table).isLessThan(until);
      Await.rest();
    }
  }

  private static long count(Engine engine, String table) {
    return engine
        .database()
        .list("SELECT count(*) FROM everbrook." + table, row -> row.getLong(1))
        .getFirst();
  }
}
