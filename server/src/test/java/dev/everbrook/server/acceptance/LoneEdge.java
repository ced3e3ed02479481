package dev.everbrook.server.acceptance;

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
import java.io.IOException;
import java.net.URI;
import java.util.function.UnaryOperator;

/**
 * An edge within this process, where its bounds can be made small; the model behind it never says a
 * word. Who starts it closes it.
 */
final class LoneEdge implements AutoCloseable {

  private final Simulator simulator;
  private final OpenAiModel model;
  private final HikariDataSource pool;
  private final Engine engine;
  private final Edge edge;

  private LoneEdge(UnaryOperator<EdgeSettings> change) throws IOException {
    Access access = TestPostgres.newDatabase();
    simulator = Simulator.start(SimulatorSettings.DEFAULT);
    model = new OpenAiModel(Provider.of(simulator.baseUrl(), ApiKey.of("any-key-at-all")));
    pool = Pool.open(access.url(), access.user(), access.password(), 10);
    engine = Engine.start(pool, model, EngineSettings.DEFAULT);
    edge = Edge.start(change.apply(EdgeSettings.at("127.0.0.1", 0)), routes());
  }

  static LoneEdge start(UnaryOperator<EdgeSettings> change) throws IOException {
    return new LoneEdge(change);
  }

  private Routes routes() {
    Chats.Answerer silent = new Chats.Answerer("sim-slow!stall@0", true);
    Routes routes = new Routes();
    new ChatApi(new Chats(engine, World.real(), silent), engine.log(), engine.tails()).on(routes);
    new EventsApi(engine.log(), engine.tails(), engine.answers()).on(routes);
    return routes;
  }

  URI base() {
    return URI.create("http://127.0.0.1:" + edge.port());
  }

  ChatClient client() {
    return new ChatClient(new Http(base()));
  }

  @Override
  public void close() throws IOException {
    edge.close();
    engine.close();
    pool.close();
    model.close();
    simulator.close();
  }
}
