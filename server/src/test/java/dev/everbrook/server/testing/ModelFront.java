package dev.everbrook.server.testing;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;

/**
 * Stands before a simulator and lets each prompt choose its model, faults included: {@code ask
 * sim-8b!drop@20: why?}. All else passes as it is, byte by byte and break by break.
 */
public final class ModelFront implements AutoCloseable {

  private final Listener listener;

  private ModelFront(Listener listener) {
    this.listener = listener;
  }

  public static ModelFront before(URI behind) throws IOException {
    return new ModelFront(Listener.start("model-front", client -> relay(client, behind)));
  }

  public URI baseUrl() {
    return URI.create("http://127.0.0.1:" + listener.port() + "/v1");
  }

  private static void relay(Socket client, URI behind) throws IOException {
    try (Socket provider = new Socket(behind.getHost(), behind.getPort())) {
      new Relay(client, provider).run();
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
