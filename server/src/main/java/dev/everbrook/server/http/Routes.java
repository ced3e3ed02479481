package dev.everbrook.server.http;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/** The routes of the server. Filled while wiring, read by the edge. */
public final class Routes {

  /** The form of an error for a browser. */
  @FunctionalInterface
  public interface PageForm {
    /**
     * Renders the page.
     *
     * @param tries how often this browser has tried by itself, from {@link #AGAIN} in the query
     */
    Reply page(int status, String message, int tries);
  }

  /** The query parameter that counts the tries of a page that tries again. */
  public static final String AGAIN = "again";

  /** A path that accepts WebSockets. */
  public record Socket(String path, SocketDialect dialect) {}

  /**
   * The handler of one method at one path.
   *
   * @param vital whether it is answered even at the limit of requests
   */
  public record Route(String method, String path, RequestHandler handler, boolean vital) {}

  /**
   * The rules for all paths with one prefix.
   *
   * @param bodyBytesMax the longest request body
   */
  public record Area(String prefix, ErrorForm errors, int bodyBytesMax) {}

  private final List<Route> routes;
  private final List<Area> areas;
  private final List<Socket> sockets;
  private final List<PageForm> pages;
  private final UnaryOperator<RequestHandler> entrance;

  /** Without routes. */
  public Routes() {
    this.routes = new ArrayList<>();
    this.areas = new ArrayList<>();
    this.sockets = new ArrayList<>();
    this.pages = new ArrayList<>();
    this.entrance = UnaryOperator.identity();
  }

  private Routes(Routes shared, UnaryOperator<RequestHandler> entrance) {
    this.routes = shared.routes;
    this.areas = shared.areas;
    this.sockets = shared.sockets;
    this.pages = shared.pages;
    this.entrance = entrance;
  }

  /**
   * The same routes, with a gate before the handlers that are added through the result.
   *
   * @param errors the form of the gate's refusals
   */
  public Routes behind(Gate gate, ErrorForm errors) {
    return new Routes(this, handler -> gate.before(handler, errors));
  }

  /**
   * Answers GET, and HEAD with it; parts of the path in the form {@code :name} are handed over by
   * name.
   */
  public Routes get(String path, RequestHandler handler) {
    return on("GET", path, handler);
  }

  /** Answers POST; the path as for {@link #get}. */
  public Routes post(String path, RequestHandler handler) {
    return on("POST", path, handler);
  }

  /** Answers DELETE; the path as for {@link #get}. */
  public Routes delete(String path, RequestHandler handler) {
    return on("DELETE", path, handler);
  }

  /**
   * Answers a method; the path as for {@link #get}. A path that ends with {@code /*} takes all
   * paths below it, see {@link Request#url}.
   */
  public Routes on(String method, String path, RequestHandler handler) {
    routes.add(new Route(method, path, entrance.apply(handler), false));
    return this;
  }

  /** Answers GET for monitors, even when the server is at its limit of requests. */
  public Routes vital(String path, RequestHandler handler) {
    routes.add(new Route("GET", path, entrance.apply(handler), true));
    return this;
  }

  /** Accepts WebSockets at this path. */
  public Routes socket(String path, SocketDialect dialect) {
    sockets.add(new Socket(path, dialect));
    return this;
  }

  /**
   * Sets the form of errors and the longest body below a path, also for requests that reach no
   * handler. The longest prefix counts.
   */
  public Routes area(String prefix, int bodyBytesMax, ErrorForm errors) {
    areas.add(new Area(prefix, errors, bodyBytesMax));
    return this;
  }

  /** Sets the form of errors for browsers, outside areas with a form of their own. */
  public Routes browsers(PageForm form) {
    pages.add(form);
    return this;
  }

  /** The form for browsers, if one is set. */
  public Optional<PageForm> pages() {
    return pages.isEmpty() ? Optional.empty() : Optional.of(pages.getLast());
  }

  /** All routes in the order of their addition. */
  public List<Route> all() {
    return List.copyOf(routes);
  }

  /**
   * The methods of a route. A GET route answers HEAD too, without the body, unless HEAD has its own
   * route.
   */
  public Set<String> answeredBy(Route route) {
    boolean alone =
        routes.stream()
            .noneMatch(it -> it.method().equals("HEAD") && it.path().equals(route.path()));
    return route.method().equals("GET") && alone ? Set.of("GET", "HEAD") : Set.of(route.method());
  }

  /** The methods of each path, for requests with another method. */
  public Map<String, Set<String>> methods() {
    Map<String, Set<String>> methods = new LinkedHashMap<>();
    sockets.forEach(it -> methods.computeIfAbsent(it.path(), _ -> new TreeSet<>()).add("GET"));
    routes.forEach(
        it -> methods.computeIfAbsent(it.path(), _ -> new TreeSet<>()).addAll(answeredBy(it)));
    return methods;
  }

  /** All paths of WebSockets. */
  public List<Socket> sockets() {
    return List.copyOf(sockets);
  }

  /** The areas, the longest prefixes first. */
  public List<Area> areas() {
    return areas.stream().sorted(Comparator.comparingInt(it -> -it.prefix().length())).toList();
  }
}
