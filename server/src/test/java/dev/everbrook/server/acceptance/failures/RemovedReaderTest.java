package dev.everbrook.server.acceptance.failures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.everbrook.engine.Engine;
import dev.everbrook.engine.EngineSettings;
import dev.everbrook.engine.answer.Answers;
import dev.everbrook.engine.store.Pool;
import dev.everbrook.engine.store.Principal;
import dev.everbrook.engine.stream.NewStream;
import dev.everbrook.engine.stream.Removal;
import dev.everbrook.engine.stream.StreamRef;
import dev.everbrook.model.ChatModel;
import dev.everbrook.postgres.Access;
import dev.everbrook.postgres.TestPostgres;
import dev.everbrook.server.api.events.EventsApi;
import dev.everbrook.server.api.events.RemovalApi;
import dev.everbrook.server.http.Routes;
import dev.everbrook.server.http.edge.Edge;
import dev.everbrook.server.http.edge.EdgeSettings;
import dev.everbrook.server.testing.Http;
import dev.everbrook.server.testing.Reader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A stream that no job writes can be removed while it is open; in this process, to make one. */
class RemovedReaderTest {

  private static final byte[] FIRST = "{\"type\":\"text\"}".getBytes(StandardCharsets.UTF_8);

  /** The kinds of streams that are written by jobs and not removed while they are: none here. */
  private static final Set<String> NO_JOBS = Set.of();

  @Test
  void whoFollowsAnOpenStreamThatIsRemovedIsBrokenOffAndFindsItNoMore() throws Exception {
    Access access = TestPostgres.newDatabase();
    ChatModel none =
        _ -> {
          throw new AssertionError("nobody asks");
        };
    EngineSettings reading = EngineSettings.builder().answersAtOnce(0).build();
    try (HikariDataSource pool = Pool.open(access.url(), access.user(), access.password(), 8);
        Engine engine = Engine.start(pool, none, reading);
        Edge edge = Edge.start(EdgeSettings.at("127.0.0.1", 0), routes(engine))) {
      Http http = new Http(URI.create("http://127.0.0.1:" + edge.port()));
      NewStream stream =
          new NewStream(Principal.LOCAL, Answers.KIND, "application/json", List.of(FIRST));
      StreamRef ref = engine.database().tx(tx -> engine.streams().create(tx, stream));
      String path = "/v1/streams/" + ref.publicId();
      try (Reader reader = http.follow(path)) {
        reader.awaitEvents(1);
        assertThat(http.send("DELETE", path).status()).isEqualTo(204);
        assertThat(reader.awaitOver()).hasSize(1);
        assertThatThrownBy(reader::awaitEnd).as("no proper end").isInstanceOf(AssertionError.class);
      }
      assertThat(http.get(path).status()).isEqualTo(404);
    }
  }

  private static Routes routes(Engine engine) {
    Routes routes = new Routes();
    new EventsApi(engine.log(), engine.tails(), engine.answers()).on(routes);
    new RemovalApi(engine.database(), engine.log(), new Removal(NO_JOBS, () -> {})).on(routes);
    return routes;
  }
}
