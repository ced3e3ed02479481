package dev.everbrook.server.app;

import dev.everbrook.server.testing.Server;
import dev.everbrook.server.testing.Told;
import java.net.URI;
import java.util.List;

/**
 * The whole server within the test's own process, as {@link Main} constructs it: for tests in which
 * a process is not the point. It starts in a tenth of the time of a process.
 */
public final class ServerWithin implements Server {

  private final App app;

  private ServerWithin(App app) {
    this.app = app;
  }

  /** Starts it and returns when it listens. Options of a JVM have no effect. */
  public static ServerWithin start(Told told) {
    App app = new App(Configuration.of(told.environment(), List.of()));
    boolean started = false;
    try {
      app.start();
      started = true;
      return new ServerWithin(app);
    } finally {
      if (!started) {
        app.close();
      }
    }
  }

  @Override
  public URI base() {
    return URI.create(app.address());
  }

  @Override
  public void close() {
    app.close();
  }
}
