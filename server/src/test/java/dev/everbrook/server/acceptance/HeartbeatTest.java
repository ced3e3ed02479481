package dev.everbrook.server.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.everbrook.engine.Engine;
import dev.everbrook.engine.EngineSettings;
import dev.everbrook.engine.store.Pool;
import dev.everbrook.engine.world.World;
import dev.everbrook.model.ApiKey;
import dev.everbrook.model.OpenAiModel;
import dev.everbrook.model.Provider;
import dev.everbrook.postgres.Access;
import dev.everbrook.postgres.TestPostgres;
import dev.everbrook.server.api.chat.ChatApi;
import dev.everbrook.server.api.events.EventsApi;
import dev.everbrook.server.chat.Chats;
import dev.everbrook.server.http.Edge;
import dev.everbrook.server.http.EdgeSettings;
import dev.everbrook.server.http.Routes;
import dev.everbrook.simulator.Simulator;
import dev.everbrook.simulator.SimulatorSettings;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Signs of life on a silent stream; in this process, since a real one beats every 15 s only. */
class HeartbeatTest {

  private static final Duration BEAT = Duration.ofMillis(200);

  @Test
  void aStreamThatHasNotBegunSaysThatItIsAlive() throws Exception {
    Access access = TestPostgres.newDatabase();
    try (Simulator simulator = Simulator.start(SimulatorSettings.DEFAULT);
        OpenAiModel model =
            new OpenAiModel(Provider.of(simulator.baseUrl(), ApiKey.of("any-key-at-all")));
        HikariDataSource pool = Pool.open(access.url(), access.user(), access.password(), 10);
        Engine engine = Engine.start(pool, model, EngineSettings.DEFAULT);
        Edge edge = Edge.start(EdgeSettings.at("127.0.0.1", 0).heartbeat(BEAT), routes(engine))) {
      ChatClient client = new ChatClient(new Http(URI.create("http://127.0.0.1:" + edge.port())));
      try (Reader asking = client.ask("Are you there?");
          Reader reader = client.events(ChatClient.begun(asking).stream(), -1)) {
        asking.awaitComment();
        reader.awaitComment();
        assertThat(asking.events()).isEmpty();
        assertThat(reader.events()).extracting(Reader.Event::type).doesNotContain("text");
        client.cancel(ChatClient.begun(asking).stream());
        assertThat(Copy.of(reader.awaitEnd()).types()).endsWith("cancelled");
      }
    }
  }

  private static Routes routes(Engine engine) {
    Chats.Answerer silent = new Chats.Answerer("sim-slow!stall@0", true);
    Routes routes = new Routes();
    new ChatApi(new Chats(engine, World.real(), silent), engine.log(), engine.tails()).on(routes);
    new EventsApi(engine.log(), engine.tails(), engine.answers()).on(routes);
    return routes;
  }
}
