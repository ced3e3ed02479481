package dev.everbrook.server.acceptance.failures;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Pool;
import dev.everbrook.postgres.Access;
import dev.everbrook.postgres.TestPostgres;
import dev.everbrook.server.http.Reply;
import dev.everbrook.server.http.Request;
import dev.everbrook.server.http.Routes;
import dev.everbrook.server.http.edge.Edge;
import dev.everbrook.server.http.edge.EdgeSettings;
import dev.everbrook.server.testing.Http;
import java.net.URI;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A request that the database refuses is told why, and never that it cannot be reached instead. */
class DatabaseFailuresTest {

  private static HikariDataSource pool;
  private static Database database;
  private static Edge edge;
  private static Http http;

  @BeforeAll
  static void start() {
    Access access = TestPostgres.newDatabase();
    pool = Pool.open(access.url(), access.user(), access.password(), 2);
    database = new Database(pool);
    Routes routes =
        new Routes()
            .get("/state/:state", DatabaseFailuresTest::fail)
            .get(
                "/slow",
                _ -> {
                  database.tx(tx -> {
                    tx.update("SET LOCAL statement_timeout = 1");
                    return tx.update("SELECT pg_sleep(60)");
                  });
                  return Reply.empty(204);
                });
    edge = Edge.start(EdgeSettings.at("127.0.0.1", 0), routes);
    http = new Http(URI.create("http://127.0.0.1:" + edge.port()));
  }

  @AfterAll
  static void stop() {
    edge.close();
    pool.close();
  }

  private static Reply fail(Request request) {
    database.update(
        "DO $$BEGIN RAISE EXCEPTION 'as if' USING ERRCODE = '%s'; END$$"
            .formatted(request.path().get("state")));
    return Reply.empty(204);
  }

  @ParameterizedTest
  @CsvSource({
    "53100, the disk of the database is full",
    "25006, the database is read-only",
    "58030, the disk of the database fails",
    "58P01, cannot read or write its files",
    "57014, took longer for this than its limit",
    "53200, no memory",
    "53300, no more connections",
    "53400, one of its limits",
    "55P03, locked the same rows for too long",
    "55006, in use",
    "57P01, stopped or started",
    "57P02, stopped or started",
    "57P03, stopped or started",
    "40001, at the same moment",
    "40P01, at the same moment",
    "40003, is not known",
    "25P03, before it was complete",
    "28P01, refuses this server's user",
    "3D000, refuses this server's user",
    "08006, cannot be reached",
  })
  void aRequestIsToldTheCause(String state, String says) throws Exception {
    Http.Answered answered = http.get("/state/" + state);
    assertThat(answered.status()).isEqualTo(503);
    assertThat(answered.message()).contains(says).doesNotContain("as if", state);
    if (!state.startsWith("08")) {
      assertThat(answered.message()).doesNotContain("cannot be reached");
    }
  }

  @ParameterizedTest
  @CsvSource({"42P01", "42501", "XX000", "XX001", "0A000", "23505", "P0001"})
  void aFaultThatNoWaitingCuresIsOurs(String state) throws Exception {
    Http.Answered answered = http.get("/state/" + state);
    assertThat(answered.status()).isEqualTo(500);
    assertThat(answered.message()).contains("it was logged").doesNotContain("as if");
  }

  @Test
  void aStatementThatTakesTooLongIsToldAsThat() throws Exception {
    Http.Answered answered = http.get("/slow");
    assertThat(answered.status()).isEqualTo(503);
    assertThat(answered.message()).contains("longer", "limit");
  }
}
