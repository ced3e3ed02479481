package dev.everbrook.server.api.work;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.everbrook.engine.Engine;
import dev.everbrook.engine.EngineSettings;
import dev.everbrook.engine.FakeModel;
import dev.everbrook.engine.store.Pool;
import dev.everbrook.postgres.Access;
import dev.everbrook.postgres.TestPostgres;
import dev.everbrook.server.http.Gate;
import dev.everbrook.server.http.Routes;
import dev.everbrook.server.http.edge.Edge;
import dev.everbrook.server.http.edge.EdgeSettings;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** Where there is no room to wait. */
class CrowdedWaitingTest {

  private static final Duration LESS_THAN_A_WAIT = Duration.ofSeconds(10);

  private static final String LEASE_LEFT =
      """
      SELECT extract(epoch FROM n.lease_ends - now()) FROM everbrook.node n
        JOIN everbrook.worker w ON w.id = n.id
      """;

  @Test
  void aBeatRenewsTheLeaseAtOnceAndAClaimIsToComeAgain() throws Exception {
    Access access = TestPostgres.newDatabase();
    try (HikariDataSource pool = Pool.open(access.url(), access.user(), access.password(), 10);
        Engine engine = Engine.start(pool, new FakeModel(), EngineSettings.DEFAULT);
        Edge edge = Edge.start(EdgeSettings.at("127.0.0.1", 0), routes(engine));
        HttpClient client = HttpClient.newHttpClient()) {
      URI base = URI.create("http://127.0.0.1:" + edge.port());
      HttpResponse<String> registered =
          post(client, base, "/v1/work/workers", "{\"name\":\"w\",\"kinds\":{\"a\":{}}}");
      String worker = JsonMapper.shared().readTree(registered.body()).path("url").asString();
      engine
          .database()
          .update("UPDATE everbrook.node SET lease_ends = now() + interval '5 s' WHERE by_lease");

      HttpResponse<String> beat = post(client, base, worker + "/beat", "{\"wait_ms\":30000}");
      assertThat(JsonMapper.shared().readTree(beat.body()).path("full").asBoolean()).isTrue();
      double left = engine.database().<Double>only(LEASE_LEFT, row -> row.getDouble(1));
      assertThat(left).as("seconds of the lease").isGreaterThan(15);
      HttpResponse<String> claim =
          post(
              client,
              base,
              worker + "/claim",
              "{\"queue\":\"q\",\"holding\":[],\"wait_ms\":30000}");
      assertThat(claim.statusCode()).isEqualTo(503);
      assertThat(claim.body()).contains("\"unavailable\"", "try again");
      HttpResponse<String> once =
          post(client, base, worker + "/claim", "{\"queue\":\"q\",\"holding\":[]}");
      assertThat(once.body()).as("who does not wait needs no room").isEqualTo("{\"jobs\":[]}");
    }
  }

  private static Routes routes(Engine engine) {
    Gate open = new Gate("The work API", "NO_SETTING", Optional.empty(), true);
    Routes routes = new Routes();
    new WorkApi(engine.database(), engine.jobs(), engine.channels(), open, 0).on(routes);
    return routes;
  }

  private static HttpResponse<String> post(HttpClient client, URI base, String path, String body)
      throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create(base + path))
            .timeout(LESS_THAN_A_WAIT)
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }
}
