package dev.everbrook.simulator;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running simulated provider on 127.0.0.1. Safe for many threads; who started it closes it, which
 * breaks the connections that are left.
 */
public final class Simulator implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Simulator.class);
  private static final int BACKLOG = 1024;

  private final SimulatorSettings settings;
  private final ServerSocket listener;
  private final Journal journal = new Journal();
  private final Routes routes;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final Semaphore places;

  private Simulator(SimulatorSettings settings, ServerSocket listener) {
    this.settings = settings;
    this.listener = listener;
    this.routes = new Routes(settings, journal);
    this.places = new Semaphore(settings.connectionsMax());
  }

  /**
   * Starts listening.
   *
   * @throws IOException if the port is taken
   */
  public static Simulator start(SimulatorSettings settings) throws IOException {
    var listener = new ServerSocket(settings.port(), BACKLOG, InetAddress.getLoopbackAddress());
    Simulator simulator = new Simulator(settings, listener);
    Thread.ofVirtual().name("simulator-listener").start(simulator::listen);
    return simulator;
  }

  public int port() {
    return listener.getLocalPort();
  }

  /** What a client takes as its base URL: {@code http://127.0.0.1:PORT/v1}. */
  public URI baseUrl() {
    return URI.create("http://127.0.0.1:" + port() + "/v1");
  }

  /** What happened to every call so far. */
  public Journal journal() {
    return journal;
  }

  /**
   * The text this simulator answers when nothing goes wrong.
   *
   * @throws IllegalArgumentException if there is no such model
   */
  public String answer(String model, List<Turn> messages) {
    ModelName name =
        ModelName.of(model)
            .orElseThrow(() -> new IllegalArgumentException("no simulated model '" + model + "'"));
    return Answer.to(settings.seed(), name.profile(), messages).text();
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  private void listen() {
    while (!listener.isClosed()) {
      try {
        take(listener.accept());
      } catch (IOException failed) {
        if (!listener.isClosed()) {
          LOG.warn("The simulator could not take a connection: {}", failed.getMessage());
        }
      }
    }
  }

  private void take(Socket socket) throws IOException {
    if (!places.tryAcquire()) {
      LOG.warn(
          "The simulator has {} connections, its most; refused one", settings.connectionsMax());
      try (socket) {
        Problem.of(503, "the simulator has its most connections").send(new Client(socket, journal));
      }
      return;
    }
    sockets.add(socket);
    Thread.ofVirtual().name("simulator-connection").start(() -> serve(socket));
  }

  private void serve(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      if (!listener.isClosed()) {
        new Connection(socket, routes, journal).run();
      }
    } catch (IOException broken) {
      LOG.debug("A connection broke before it was served: {}", broken.getMessage());
    } finally {
      sockets.remove(socket);
      places.release();
    }
  }
}
