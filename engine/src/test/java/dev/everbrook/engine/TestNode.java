package dev.everbrook.engine;

import com.zaxxer.hikari.HikariDataSource;
import dev.everbrook.engine.answer.AnswerSettings;
import dev.everbrook.engine.job.RetryPolicy;
import dev.everbrook.engine.store.Pool;
import dev.everbrook.model.ChatModel;
import dev.everbrook.postgres.Access;
import dev.everbrook.postgres.TestPostgres;
import java.time.Duration;

/** One node of the engine over a database of its own or one shared with other nodes. */
public final class TestNode implements AutoCloseable {

  /** Three quick attempts. */
  public static final AnswerSettings QUICK =
      new AnswerSettings(
          new RetryPolicy(3, Duration.ofMillis(1), Duration.ofMillis(5)),
          Duration.ofSeconds(30),
          false);

  private final HikariDataSource pool;
  private final Engine engine;

  private TestNode(HikariDataSource pool, Engine engine) {
    this.pool = pool;
    this.engine = engine;
  }

  /** A database of a new name that has the schema already. */
  public static Access newDatabase() {
    return TestPostgres.newDatabase(access -> reading(access).close());
  }

  public static TestNode start(Access access, ChatModel model, AnswerSettings answers) {
    return start(access, model, answers, 50);
  }

  /** A node that asks and reads only. */
  public static TestNode reading(Access access) {
    return start(access, new FakeModel(), QUICK, 0);
  }

  private static TestNode start(
      Access access, ChatModel model, AnswerSettings answers, int atOnce) {
    HikariDataSource pool = Pool.open(access.url(), access.user(), access.password(), 4);
    EngineSettings settings =
        EngineSettings.builder().name("test").answersAtOnce(atOnce).answers(answers).build();
    return new TestNode(pool, Engine.start(pool, model, settings));
  }

  public Engine engine() {
    return engine;
  }

  /** Dies: the connections break and nothing is handed over. */
  public void die() {
    pool.close();
  }

  @Override
  public void close() {
    engine.close();
    pool.close();
  }
}
