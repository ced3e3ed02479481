package dev.everbrook.server.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.simulator.Simulator;
import dev.everbrook.simulator.SimulatorSettings;
import dev.everbrook.simulator.Turn;
import java.io.IOException;
import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A server process over a database of its own, and simulated models behind a {@link ModelFront};
 * unless a prompt chooses another, {@code sim-fast} answers. Who starts it closes it.
 */
final class Scene implements AutoCloseable {

  static final String MODEL = "sim-fast";

  private final Simulator simulator;
  private final ModelFront front;
  private final Told told;
  private final Deque<ServerProcess> servers = new ArrayDeque<>();

  private Scene(Simulator simulator, ModelFront front, Told told) {
    this.simulator = simulator;
    this.front = front;
    this.told = told;
  }

  static Scene start() throws Exception {
    return start(UnaryOperator.identity());
  }

  /** {@code change} says what is to be different about the server. */
  static Scene start(UnaryOperator<Told> change) throws Exception {
    Scene scene = empty(change);
    scene.another(UnaryOperator.identity());
    return scene;
  }

  /** Without a server as yet. */
  static Scene empty(UnaryOperator<Told> change) throws Exception {
    Simulator simulator = Simulator.start(SimulatorSettings.DEFAULT);
    ModelFront front = ModelFront.before(simulator.baseUrl());
    Told told = Told.nothing().withNewDatabase().withModel(front.baseUrl(), MODEL);
    return new Scene(simulator, front, change.apply(told));
  }

  /** Starts one more server over the same database; it is closed with the scene. */
  ServerProcess another(UnaryOperator<Told> change) throws Exception {
    ServerProcess server = ServerProcess.start(change.apply(told));
    servers.push(server);
    return server;
  }

  /** The server that was started last. */
  ServerProcess server() {
    return servers.getFirst();
  }

  ChatClient client() throws InterruptedException {
    return server().client();
  }

  Http http() throws InterruptedException {
    return server().http();
  }

  /** What its servers are told. */
  Told told() {
    return told;
  }

  Simulator simulator() {
    return simulator;
  }

  /** The id of the one channel there is, which no interface tells. */
  String idOfChannel() throws SQLException {
    URI url = URI.create(String.valueOf(told.environment().get("EVERBROOK_DATABASE_URL")));
    String[] user = url.getUserInfo().split(":", 2);
    String jdbc = "jdbc:postgresql://" + url.getHost() + ":" + url.getPort() + url.getPath();
    try (Connection connection = DriverManager.getConnection(jdbc, user[0], user[1]);
        Statement statement = connection.createStatement();
        ResultSet found =
            statement.executeQuery(
                "SELECT public_id FROM everbrook.stream WHERE kind = 'channel'")) {
      assertThat(found.next()).isTrue();
      return found.getString(1);
    }
  }

  /** What a model says to a conversation in which user and assistant take turns. */
  String answer(String model, String... conversation) {
    List<Turn> turns = new ArrayList<>();
    for (String content : conversation) {
      turns.add(new Turn(turns.size() % 2 == 0 ? "user" : "assistant", content));
    }
    return simulator.answer(model, turns);
  }

  @Override
  public void close() throws IOException {
    for (ServerProcess server : servers) {
      server.close();
    }
    front.close();
    simulator.close();
  }
}
