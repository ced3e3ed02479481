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
import dev.everbrook.engine.stream.StreamRef;
import dev.everbrook.engine.stream.StreamWriter;
import dev.everbrook.model.ChatModel;
import dev.everbrook.postgres.Access;
import dev.everbrook.postgres.TestPostgres;
import dev.everbrook.server.api.events.EventsApi;
import dev.everbrook.server.http.Routes;
import dev.everbrook.server.http.edge.Edge;
import dev.everbrook.server.http.edge.EdgeSettings;
import dev.everbrook.server.testing.Http;
import dev.everbrook.server.testing.LiveClient;
import dev.everbrook.server.testing.Reader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** A log that lost a row: its readers are told, over each of the three ways, and do not spin. */
class DamagedStreamTest {

  @Test
  void aReaderIsCutOffAtTheHoleAndToldWhenItReturns() throws Exception {
    Access access = TestPostgres.newDatabase();
    ChatModel none =
        _ -> {
          throw new AssertionError("nobody asks");
        };
    EngineSettings reading = EngineSettings.builder().answersAtOnce(0).build();
    try (HikariDataSource pool = Pool.open(access.url(), access.user(), access.password(), 8);
        Engine engine = Engine.start(pool, none, reading);
        Edge edge = Edge.start(EdgeSettings.at("127.0.0.1", 0), routes(engine))) {
      URI base = URI.create("http://127.0.0.1:" + edge.port());
      Http http = new Http(base);
      StreamRef ref = written(engine, 4);
      engine
          .database()
          .update("DELETE FROM everbrook.chunk WHERE stream_id = ? AND seq = 2", ref.id());
      String path = "/v1/streams/" + ref.publicId();

      try (Reader reader = http.follow(path)) {
        assertThat(reader.awaitOver()).hasSize(2);
        assertThatThrownBy(reader::awaitEnd).as("no proper end").isInstanceOf(AssertionError.class);
      }
      for (String accept : List.of("text/event-stream", "application/json")) {
        Http.Answered told = http.get(path + "?after=1", "Accept", accept);
        assertThat(told.status()).isEqualTo(410);
        assertThat(told.message()).contains("damaged at event 2");
      }
      try (LiveClient socket = LiveClient.connect(base)) {
        socket.subscribe(ref.publicId().toString(), 1);
        JsonNode told = socket.await("error");
        assertThat(told.path("status").asInt()).isEqualTo(410);
        assertThat(told.path("message").asString()).contains("damaged at event 2");
      }
    }
  }

  private static StreamRef written(Engine engine, int events) throws InterruptedException {
    NewStream stream = new NewStream(Principal.LOCAL, Answers.KIND, "application/json", List.of());
    StreamRef ref = engine.database().tx(tx -> engine.streams().create(tx, stream));
    StreamWriter writer = engine.streams().open(ref.id()).orElseThrow();
    for (int n = 0; n < events; n++) {
      writer.append("{\"type\":\"text\"}".getBytes(StandardCharsets.UTF_8));
      writer.flush();
    }
    return ref;
  }

  private static Routes routes(Engine engine) {
    Routes routes = new Routes();
    new EventsApi(engine.log(), engine.tails(), engine.answers()).on(routes);
    return routes;
  }
}
