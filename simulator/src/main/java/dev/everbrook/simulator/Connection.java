package dev.everbrook.simulator;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * One connection, on two threads: this one answers, another one reads ahead. So a client that hangs
 * up in the middle of an answer is noticed at once, as the end of what can be read, and not only
 * when some later write fails. (A client that merely closes its sending half counts as gone too.)
 */
final class Connection {

  private final Socket socket;
  private final Routes routes;
  private final Client client;
  private final BlockingQueue<Optional<HttpRequest>> requests = new ArrayBlockingQueue<>(1);

  Connection(Socket socket, Routes routes, Journal journal) throws IOException {
    this.socket = socket;
    this.routes = routes;
    this.client = new Client(socket, journal);
  }

  /** Serves the connection until either side ends it, then closes it. */
  void run() {
    Thread reader = Thread.ofVirtual().name("simulator-reader").start(this::readAhead);
    try (socket) {
      Optional<HttpRequest> request = requests.take();
      while (request.isPresent() && routes.serve(request.get(), client)) {
        request = requests.take();
      }
    } catch (IOException broken) {
      // The client went away while it was being written to.
      client.left();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    } finally {
      reader.interrupt();
    }
  }

  private void readAhead() {
    try {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      HttpRequest request = HttpRequest.read(in);
      while (request != null) {
        requests.put(Optional.of(request));
        request = HttpRequest.read(in);
      }
      hangUp();
    } catch (IOException broken) {
      hangUp();
    } catch (InterruptedException served) {
      Thread.currentThread().interrupt();
    }
  }

  private void hangUp() {
    client.left();
    // Full only if a request is still waiting, whose answer will then fail on the broken line.
    requests.offer(Optional.empty());
  }
}
