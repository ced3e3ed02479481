package dev.everbrook.server.testing;

import dev.everbrook.server.app.ServerWithin;
import dev.everbrook.simulator.Simulator;
import dev.everbrook.simulator.SimulatorSettings;
import dev.everbrook.simulator.Turn;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A server over a database of its own, and simulated models behind a {@link ModelFront}; unless a
 * prompt chooses another, {@code sim-fast} answers. Its starter closes it, except {@linkplain
 * SharedScene the shared one}.
 */
public final class Scene implements AutoCloseable {

  public static final String MODEL = "sim-fast";

  private final Simulator simulator;
  private final ModelFront front;
  private final Told told;
  private final Deque<Server> servers = new ArrayDeque<>();

  private Scene(Simulator simulator, ModelFront front, Told told) {
    this.simulator = simulator;
    this.front = front;
    this.told = told;
  }

  /** With a server that is a process of its own. */
  public static Scene start() throws Exception {
    return start(UnaryOperator.identity());
  }

  /** {@code change} says what is to be different about the server. */
  public static Scene start(UnaryOperator<Told> change) throws Exception {
    Scene scene = empty(change);
    scene.another(UnaryOperator.identity());
    return scene;
  }

  /** With a server within the test's process, where a process is not the point. */
  public static Scene within(UnaryOperator<Told> change) throws Exception {
    Scene scene = empty(change);
    scene.anotherWithin(UnaryOperator.identity());
    return scene;
  }

  /** Without a server as yet. */
  public static Scene empty(UnaryOperator<Told> change) throws Exception {
    Simulator simulator = Simulator.start(SimulatorSettings.DEFAULT);
    ModelFront front = ModelFront.before(simulator.baseUrl());
    Told told = Told.nothing().withNewDatabase().withModel(front.baseUrl(), MODEL);
    return new Scene(simulator, front, change.apply(told));
  }

  /** Starts one more process over the same database; it is closed with the scene. */
  public ServerProcess another(UnaryOperator<Told> change) throws Exception {
    ServerProcess server = ServerProcess.start(change.apply(told));
    servers.push(server);
    return server;
  }

  /** Starts one more server over the same database within the test's process. */
  public Server anotherWithin(UnaryOperator<Told> change) {
    ServerWithin server = ServerWithin.start(change.apply(told));
    servers.push(server);
    return server;
  }

  /** The server that was started last. */
  public Server server() {
    return servers.getFirst();
  }

  /** The server that was started last, which is a process of its own. */
  public ServerProcess process() {
    return (ServerProcess) servers.getFirst();
  }

  public ChatClient client() throws InterruptedException {
    return server().client();
  }

  public Http http() throws InterruptedException {
    return server().http();
  }

  /** What its servers are told. */
  public Told told() {
    return told;
  }

  public Simulator simulator() {
    return simulator;
  }

  /** What a model says to a conversation in which user and assistant take turns. */
  public String answer(String model, String... conversation) {
    List<Turn> turns = new ArrayList<>();
    for (String content : conversation) {
      turns.add(new Turn(turns.size() % 2 == 0 ? "user" : "assistant", content));
    }
    return simulator.answer(model, turns);
  }

  @Override
  public void close() throws IOException {
    for (Server server : servers) {
      server.close();
    }
    front.close();
    simulator.close();
  }
}
