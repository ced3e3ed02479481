package dev.everbrook.server.http;

import java.util.ArrayList;
import java.util.List;

/** What is answered where. Filled while wiring, read by the edge. */
public final class Routes {

  /** Answers a request; runs on a virtual thread and may block. */
  @FunctionalInterface
  public interface Handler {
    Reply handle(Request request) throws InterruptedException;
  }

  record Route(String method, String path, Handler handler) {}

  private final List<Route> routes = new ArrayList<>();

  /** Answers GET; parts of the path in the form {@code :name} are handed over by name. */
  public Routes get(String path, Handler handler) {
    routes.add(new Route("GET", path, handler));
    return this;
  }

  /** Answers POST; the path as for {@link #get}. */
  public Routes post(String path, Handler handler) {
    routes.add(new Route("POST", path, handler));
    return this;
  }

  List<Route> all() {
    return List.copyOf(routes);
  }
}
