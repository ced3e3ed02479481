package dev.everbrook.server.testing;

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
import dev.everbrook.server.api.aisdk.AiSdkApi;
import dev.everbrook.server.api.chat.ChatApi;
import dev.everbrook.server.api.events.EventsApi;
import dev.everbrook.server.api.openai.OpenAiApi;
import dev.everbrook.server.chat.Chats;
import dev.everbrook.server.http.Routes;
import dev.everbrook.server.http.edge.Edge;
import dev.everbrook.server.http.edge.EdgeSettings;
import dev.everbrook.simulator.Simulator;
import dev.everbrook.simulator.SimulatorSettings;
import java.io.IOException;
import java.net.URI;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * An edge within this process, where its bounds can be made small; the model behind it never says a
 * word. Who starts it closes it.
 */
public final class LoneEdge implements AutoCloseable {

  private static final String SILENT = "sim-slow!stall@0";

  private static final int LOOK_EVERY_MS = 20;
  private static final int LOOKS_MAX = 2_000;

  private final Simulator simulator;
  private final OpenAiModel model;
  private final HikariDataSource pool;
  private final Engine engine;
  private final OpenAiApi openai;
  private final Edge edge;

  private LoneEdge(UnaryOperator<EdgeSettings> change) throws IOException {
    Access access = TestPostgres.newDatabase();
    simulator = Simulator.start(SimulatorSettings.DEFAULT);
    model = new OpenAiModel(Provider.of(simulator.baseUrl(), ApiKey.of("any-key-at-all")));
    pool = Pool.open(access.url(), access.user(), access.password(), 10);
    engine = Engine.start(pool, model, EngineSettings.DEFAULT);
    openai = new OpenAiApi(engine, World.real(), model, SILENT);
    edge = Edge.start(change.apply(EdgeSettings.at("127.0.0.1", 0)), routes());
  }

  public static LoneEdge start(UnaryOperator<EdgeSettings> change) throws IOException {
    return new LoneEdge(change);
  }

  private Routes routes() {
    Chats.Answerer silent = new Chats.Answerer(SILENT, true);
    Routes routes = new Routes();
    new ChatApi(new Chats(engine, World.real(), silent), engine.log(), engine.tails()).on(routes);
    new EventsApi(engine.log(), engine.tails(), engine.answers()).on(routes);
    new AiSdkApi(engine, SILENT).on(routes);
    openai.on(routes);
    return routes;
  }

  /** How many answers there are. */
  public long answers() {
    return engine
        .database()
        .first("SELECT count(*) FROM everbrook.stream", row -> row.getLong(1))
        .orElseThrow();
  }

  public void awaitConnections(int most) throws InterruptedException {
    awaitConnections(edge, most);
  }

  /** Waits until no more than so many connections are open, and streams followed. */
  public static void awaitConnections(Edge edge, int most) throws InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    for (int i = 0; Math.max(edge.connections(), edge.followers()) > most; i++) {
      assertThat(i).as("looks at open connections").isLessThan(LOOKS_MAX);
      assertThat(never.await(LOOK_EVERY_MS, TimeUnit.MILLISECONDS)).isFalse();
    }
  }

  public URI base() {
    return URI.create("http://127.0.0.1:" + edge.port());
  }

  public ChatClient client() {
    return new ChatClient(new Http(base()));
  }

  @Override
  public void close() throws IOException {
    edge.close();
    openai.close();
    engine.close();
    pool.close();
    model.close();
    simulator.close();
  }
}
