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

/** What is answered where. Filled while wiring, read by the edge. */
public final class Routes {

  /** Answers a request; runs on a virtual thread and may block. */
  @FunctionalInterface
  public interface Handler {
    Reply handle(Request request) throws InterruptedException;
  }

  /** How an error looks to the clients of a dialect. */
  @FunctionalInterface
  public interface ErrorForm {
    Reply reply(int status, String message);
  }

  /** How an error looks to a person whose browser went to an address. */
  @FunctionalInterface
  public interface PageForm {
    /**
     * The page that is shown.
     *
     * @param tries how often this browser has tried by itself, as {@link #AGAIN} in the query says
     */
    Reply page(int status, String message, int tries);
  }

  /** The parameter of a query in which a page that tries again counts its tries. */
  public static final String AGAIN = "again";

  record Socket(String path, SocketDialect dialect) {}

  /**
   * @param vital whether it is answered even when no place is free
   */
  record Route(String method, String path, Handler handler, boolean vital) {}

  /**
   * What holds for all that begins with a path.
   *
   * @param bodyBytesMax the longest request body; nothing to take the edge's
   */
  record Area(String prefix, ErrorForm errors, int bodyBytesMax) {}

  private final List<Route> routes;
  private final List<Area> areas;
  private final List<Socket> sockets;
  private final List<PageForm> pages;
  private final UnaryOperator<Handler> entrance;

  /** Nothing is answered yet. */
  public Routes() {
    this.routes = new ArrayList<>();
    this.areas = new ArrayList<>();
    this.sockets = new ArrayList<>();
    this.pages = new ArrayList<>();
    this.entrance = UnaryOperator.identity();
  }

  private Routes(Routes shared, UnaryOperator<Handler> entrance) {
    this.routes = shared.routes;
    this.areas = shared.areas;
    this.sockets = shared.sockets;
    this.pages = shared.pages;
    this.entrance = entrance;
  }

  /**
   * The same routes, where what is answered from now on by {@link #on} and its kin stands behind a
   * gate.
   *
   * @param errors how the gate tells whom it does not let in
   */
  public Routes behind(Gate gate, ErrorForm errors) {
    return new Routes(this, handler -> gate.before(handler, errors));
  }

  /**
   * Answers GET, and HEAD with it; parts of the path in the form {@code :name} are handed over by
   * name.
   */
  public Routes get(String path, Handler handler) {
    return on("GET", path, handler);
  }

  /** Answers POST; the path as for {@link #get}. */
  public Routes post(String path, Handler handler) {
    return on("POST", path, handler);
  }

  /** Answers DELETE; the path as for {@link #get}. */
  public Routes delete(String path, Handler handler) {
    return on("DELETE", path, handler);
  }

  /**
   * Answers a method; the path as for {@link #get}. One that ends with {@code /*} takes everything
   * below it, see {@link Request#url}.
   */
  public Routes on(String method, String path, Handler handler) {
    routes.add(new Route(method, path, entrance.apply(handler), false));
    return this;
  }

  /** Answers GET for those that watch the server: even when it has as much to do as it takes. */
  public Routes vital(String path, Handler handler) {
    routes.add(new Route("GET", path, entrance.apply(handler), true));
    return this;
  }

  /** Takes WebSockets at this path. */
  public Routes socket(String path, SocketDialect dialect) {
    sockets.add(new Socket(path, dialect));
    return this;
  }

  /**
   * Says how errors look below a path, those included that no handler sees, and how long a body may
   * be there. The longest prefix counts.
   */
  public Routes area(String prefix, int bodyBytesMax, ErrorForm errors) {
    areas.add(new Area(prefix, errors, bodyBytesMax));
    return this;
  }

  /** Says how errors look to browsers, wherever no area has a form of its own. */
  public Routes browsers(PageForm form) {
    pages.add(form);
    return this;
  }

  /** The form said last, if any. */
  Optional<PageForm> pages() {
    return pages.isEmpty() ? Optional.empty() : Optional.of(pages.getLast());
  }

  List<Route> all() {
    return List.copyOf(routes);
  }

  /**
   * Its methods: HEAD is answered as GET is, without the body, where no route of its own is there.
   */
  Set<String> answeredBy(Route route) {
    boolean alone =
        routes.stream()
            .noneMatch(it -> it.method().equals("HEAD") && it.path().equals(route.path()));
    return route.method().equals("GET") && alone ? Set.of("GET", "HEAD") : Set.of(route.method());
  }

  /** What is answered at each path, for those that ask by another method. */
  Map<String, Set<String>> methods() {
    Map<String, Set<String>> methods = new LinkedHashMap<>();
    sockets.forEach(it -> methods.computeIfAbsent(it.path(), _ -> new TreeSet<>()).add("GET"));
    routes.forEach(
        it -> methods.computeIfAbsent(it.path(), _ -> new TreeSet<>()).addAll(answeredBy(it)));
    return methods;
  }

  List<Socket> sockets() {
    return List.copyOf(sockets);
  }

  /** The longest prefixes first. */
  List<Area> areas() {
    return areas.stream().sorted(Comparator.comparingInt(it -> -it.prefix().length())).toList();
  }
}
