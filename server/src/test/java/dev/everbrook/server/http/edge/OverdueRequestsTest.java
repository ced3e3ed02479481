package dev.everbrook.server.http.edge;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Pool;
import dev.everbrook.postgres.Access;
import dev.everbrook.postgres.TestPostgres;
import dev.everbrook.server.http.AfterCommit;
import dev.everbrook.server.http.Reply;
import dev.everbrook.server.http.Routes;
import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A statement has no reply while others are served: what its client is told, and when. */
class OverdueRequestsTest {

  private static final int CONNECTIONS = 6;
  private static final Duration MOST = Duration.ofSeconds(10);
  private static final String STATEMENT = "SELECT pg_advisory_xact_lock_shared(42) IS NULL";

  @Test
  void anErrorAtOneRequestKeepsNoOtherFromBeingLookedAt() throws Exception {
    AtomicInteger told = new AtomicInteger();
    Vertx vertx = Vertx.vertx();
    try {
      OverdueRequests overdue = new OverdueRequests(vertx);
      for (int i = 0; i < 3; i++) {
        overdue.begin(_ -> {
          told.incrementAndGet();
          throw new OutOfMemoryError("in the test");
        });
      }
      overdue.lookAll(true);
      overdue.lookAll(true);
      assertThat(told).hasValue(3);
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().get();
    }
  }

  @Test
  void aClientIsToldWhatIsKnownAndOnlyOfOneThatIsSentWhenNoReplyComes() throws Exception {
    Access access = TestPostgres.newDatabase();
    AtomicBoolean over = new AtomicBoolean();
    try (HikariDataSource pool =
            Pool.open(access.url(), access.user(), access.password(), CONNECTIONS);
        Connection holder =
            DriverManager.getConnection(access.url(), access.user(), access.password());
        HttpClient client = HttpClient.newHttpClient()) {
      connectAll(pool);
      Database database = new Database(pool);
      Routes routes = new Routes();
      routes
          .get("/first", _ -> Reply.json(200, database.list("SELECT true", row -> true)))
          .get("/unknown", _ -> held(database))
          .post("/unknown", _ -> held(database))
          .get(
              "/known",
              _ -> {
                AfterCommit.accepted(Reply.json(202, Map.of("id", "7")));
                return held(database);
              })
          .get(
              "/many",
              _ -> {
                database.tx(tx -> {
                  long start = System.nanoTime();
                  while (System.nanoTime() - start < MOST.toNanos()) {
                    tx.list("SELECT pg_sleep(0.1)", row -> true);
                  }
                  return true;
                });
                return Reply.json(200, Map.of());
              });
      try (Edge edge = Edge.start(EdgeSettings.at("127.0.0.1", 0), routes);
          Statement statement = holder.createStatement()) {
        statement.execute("SELECT pg_advisory_lock(42)");
        CompletableFuture<Void> serving =
            CompletableFuture.runAsync(
                () -> {
                  while (!over.get()) {
                    database.list("SELECT pg_sleep(0.05)", row -> true);
                  }
                },
                Thread.ofVirtual()::start);
        try {
          check(client, edge);
        } finally {
          statement.execute("SELECT pg_advisory_unlock(42)");
          over.set(true);
        }
        serving.get();
      }
    }
  }

  /** What is measured is the wait for a reply, and not how this process gets going. */
  private static void connectAll(HikariDataSource pool) throws SQLException {
    List<Connection> all = new ArrayList<>();
    for (int i = 0; i < CONNECTIONS; i++) {
      all.add(pool.getConnection());
    }
    for (Connection each : all) {
      each.close();
    }
  }

  private static void check(HttpClient client, Edge edge) throws Exception {
    assertThat(get(client, edge, "/first").get().statusCode()).isEqualTo(200);
    long start = System.nanoTime();
    CompletableFuture<HttpResponse<String>> read = get(client, edge, "/unknown");
    CompletableFuture<HttpResponse<String>> unknown =
        client.sendAsync(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + edge.port() + "/unknown"))
                .POST(HttpRequest.BodyPublishers.noBody())
                .build(),
            HttpResponse.BodyHandlers.ofString());
    CompletableFuture<HttpResponse<String>> known = get(client, edge, "/known");
    CompletableFuture<HttpResponse<String>> many = get(client, edge, "/many");

    assertThat(unknown.get().statusCode()).isEqualTo(503);
    assertThat(unknown.get().body()).contains("may have carried out");
    assertThat(unknown.get().headers().firstValue("x-should-retry")).hasValue("false");
    assertThat(read.get().statusCode()).isEqualTo(503);
    assertThat(read.get().body()).contains("Try again soon").doesNotContain("Idempotency-Key");
    assertThat(read.get().headers().firstValue("x-should-retry")).isEmpty();
    assertThat(known.get().statusCode()).isEqualTo(202);
    assertThat(known.get().body()).isEqualTo("{\"id\":\"7\"}");
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(MOST);
    assertThat(many.get().statusCode()).as("a reply came to each").isEqualTo(200);
  }

  private static Reply held(Database database) {
    database.list(STATEMENT, row -> true);
    return Reply.json(200, Map.of());
  }

  private static CompletableFuture<HttpResponse<String>> get(
      HttpClient client, Edge edge, String path) {
    return client.sendAsync(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + edge.port() + path)).build(),
        HttpResponse.BodyHandlers.ofString());
  }
}
