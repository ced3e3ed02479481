package dev.everbrook.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.everbrook.engine.TestNode;
import dev.everbrook.postgres.Access;
import dev.everbrook.postgres.TestPostgres;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A database that answers and takes nothing. */
class WritabilityTest {

  private static final String REFUSE =
      """
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'no' USING ERRCODE = TG_ARGV[0]; END $$
      """;

  private Access access;
  private TestNode node;
  private HikariDataSource pool;
  private Database database;

  @BeforeEach
  void start() {
    access = TestPostgres.newDatabase();
    node = TestNode.reading(access);
    pool = Pool.open(access.url(), access.user(), access.password(), 1);
    database = new Database(pool);
  }

  @AfterEach
  void stop() {
    pool.close();
    node.close();
  }

  @Test
  void aDatabaseThatTakesWhatIsWrittenRefusesNothingAndKeepsNoTrace() {
    assertThat(database.refusesWrites()).isEmpty();
    assertThat(trials()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"53100, the disk of the database is full", "58030, the disk of the database fails"})
  void aRefusalIsToldUntilThereIsRoomAgain(String sqlState, String why) {
    database.update(REFUSE);
    for (String table : new String[] {"stream", "migration"}) {
      database.update(
          "CREATE TRIGGER refuse BEFORE INSERT ON everbrook."
              + table
              + " FOR EACH ROW EXECUTE FUNCTION refuse('"
              + sqlState
              + "')");
    }
    assertThat(database.refusesWrites()).as("nothing was written yet").isEmpty();
    assertThatThrownBy(() ->
            database.tx(tx ->
                tx.update(
                    "INSERT INTO everbrook.stream (public_id, principal, kind, content_type, state)"
                        + " VALUES (gen_random_uuid(), 'ann', 'test', 'text/plain', 'open')")))
        .isInstanceOf(StoreFailure.class);

    assertThat(database.refusesWrites()).contains(why);
    assertThat(database.refusesWrites()).as("still").contains(why);
    database.update("DROP TRIGGER refuse ON everbrook.migration");
    assertThat(database.refusesWrites()).isEmpty();
    assertThat(trials()).isZero();
  }

  @Test
  void aDatabaseThatIsReadOnlyIsToldAtOnce() {
    database.list("SELECT set_config('default_transaction_read_only', 'on', false)", row -> true);
    assertThat(database.refusesWrites())
        .hasValueSatisfying(it -> assertThat(it).contains("read-only"));
    database.list("SELECT set_config('default_transaction_read_only', 'off', false)", row -> true);
    assertThat(database.refusesWrites()).isEmpty();
  }

  private long trials() {
    return database
        .list(
            "SELECT count(*) FROM everbrook.migration WHERE part = 'trial'", row -> row.getLong(1))
        .getFirst();
  }
}
