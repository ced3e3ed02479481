package dev.everbrook.server.http;

import dev.everbrook.engine.store.Principal;
import io.netty.channel.unix.Errors;
import io.vertx.core.Context;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.net.BindException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP server: one event loop a core, and a virtual thread for each request.
 *
 * <p>A request is read on its loop, answered by its handler on a virtual thread, and written on its
 * loop again; only {@link Following} lives on the loop for long. Safe for use by many threads.
 */
public final class Edge implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Edge.class);
  private static final int START_WAIT_S = 30;
  private static final int STOP_WAIT_S = 3;
  private static final int SEND_BUFFER_BYTES = 64 * 1024;
  private static final int BACKLOG = 4_096;
  private static final int URL_BYTES_MAX = 8 * 1024;
  private static final int SOCKET_MESSAGE_BYTES_MAX = 64 * 1024;
  private static final int LINUX_ADDRESS_IN_USE = -98;

  /** With 0 each event loop would listen on a port of its own, and only one would be known. */
  private static final int ANY_PORT_FOR_ALL = -1;

  private static final String CONTENT_SECURITY_POLICY =
      "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
          + " connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none';"
          + " object-src 'none'";

  private final Vertx vertx;
  private final EdgeSettings settings;
  private final Routes routes;
  private final Failures failures;
  private final ExecutorService blocking = Executors.newVirtualThreadPerTaskExecutor();
  private final Semaphore requests;
  private final Bodies bodies;
  private final Audience audience;
  private volatile boolean stopping;
  private volatile int port;

  private Edge(EdgeSettings settings, Routes routes) {
    this.settings = settings;
    this.routes = routes;
    this.failures = new Failures(routes.areas(), settings.bodyBytesMax());
    this.requests = new Semaphore(settings.requestsMax());
    this.bodies = new Bodies(settings.bodiesBytesMax());
    this.vertx =
        Vertx.vertx(
            new VertxOptions().setPreferNativeTransport(true).setEventLoopPoolSize(loops()));
    this.audience = new Audience(vertx, settings, blocking, failures);
  }

  /**
   * Starts to listen; returns when it does.
   *
   * @throws IllegalStateException if the address cannot be had; the message says which and why
   */
  public static Edge start(EdgeSettings settings, Routes routes) {
    Edge edge = new Edge(settings, routes);
    try {
      edge.listen();
      return edge;
    } catch (RuntimeException e) {
      edge.close();
      throw e;
    }
  }

  private static int loops() {
    return Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 8);
  }

  /** The port it listens on. */
  public int port() {
    return port;
  }

  /** How many readers follow streams; over a WebSocket each of its streams counts. */
  public int followers() {
    return audience.size();
  }

  private void listen() {
    Future<String> deployed =
        vertx.deployVerticle(Listener::new, new DeploymentOptions().setInstances(loops()));
    try {
      deployed.toCompletionStage().toCompletableFuture().get(START_WAIT_S, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new IllegalStateException(refusal(e.getCause()), e.getCause());
    } catch (TimeoutException e) {
      throw new IllegalStateException(
          "no answer from the network within " + START_WAIT_S + " s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while starting to listen", e);
    }
  }

  private String refusal(@Nullable Throwable cause) {
    String address = settings.host() + ":" + settings.port();
    return isInUse(cause)
        ? "cannot listen on "
            + address
            + ": it is in use; stop the other process or set"
            + " EVERBROOK_PORT to a free port"
        : "cannot listen on " + address + ": " + cause;
  }

  /** The JDK's transport says it with an exception of its own, the native one with a number. */
  private static boolean isInUse(@Nullable Throwable cause) {
    return cause instanceof BindException
        || cause instanceof Errors.NativeIoException failed
            && failed.expectedErr() == LINUX_ADDRESS_IN_USE;
  }

  /** One event loop's share of the connections. */
  private final class Listener extends VerticleBase {
    @Override
    public Future<HttpServer> start() {
      HttpServerOptions options =
          new HttpServerOptions()
              .setAcceptBacklog(BACKLOG)
              .setSendBufferSize(SEND_BUFFER_BYTES)
              .setMaxInitialLineLength(URL_BYTES_MAX)
              .setTcpNoDelay(true)
              .setHttp2ClearTextEnabled(false)
              .setMaxWebSocketMessageSize(SOCKET_MESSAGE_BYTES_MAX)
              .setPerMessageWebSocketCompressionSupported(false)
              .setPerFrameWebSocketCompressionSupported(false)
              .setIdleTimeout(Math.toIntExact(settings.idleMax().toSeconds()));
      return vertx
          .createHttpServer(options)
          .requestHandler(router())
          .listen(settings.port() == 0 ? ANY_PORT_FOR_ALL : settings.port(), settings.host())
          .onSuccess(server -> port = server.actualPort());
    }

    private Router router() {
      Router router = Router.router(vertx);
      router.route().handler(Edge.this::guard);
      for (Routes.Socket socket : routes.sockets()) {
        router.get(socket.path()).handler(it -> upgrade(it, socket.dialect()));
      }
      for (Routes.Area area : routes.areas()) {
        router.route(area.prefix() + "*").handler(bodies.upTo(area.bodyBytesMax()));
      }
      router.route().handler(bodies.upTo(settings.bodyBytesMax()));
      for (Routes.Route route : routes.all()) {
        router
            .route(HttpMethod.valueOf(route.method()), route.path())
            .handler(it -> accept(it, route.handler()));
      }
      router.route().handler(it -> refuse(it, Failures.unknown(it)));
      router.route().failureHandler(it -> refuse(it, failures.before(it)));
      return router;
    }
  }

  private void guard(RoutingContext it) {
    HttpServerResponse response = it.response();
    response.putHeader("x-content-type-options", "nosniff");
    response.putHeader("referrer-policy", "same-origin");
    response.putHeader("cross-origin-resource-policy", "same-origin");
    response.putHeader("content-security-policy", CONTENT_SECURITY_POLICY);
    // A preflight only asks; since no answer names a foreign origin, its browser stops there.
    boolean asksOnly = it.request().method().equals(HttpMethod.OPTIONS);
    String origin = asksOnly ? null : it.request().getHeader("origin");
    Guard.refuses(it.request().getHeader("host"), origin)
        .ifPresentOrElse(why -> refuse(it, new HttpFailure(403, why)), it::next);
  }

  private void refuse(RoutingContext it, HttpFailure failure) {
    send(it, failures.reply(it.request().path(), failure));
  }

  private void accept(RoutingContext it, Routes.Handler handler) {
    if (stopping || !requests.tryAcquire()) {
      refuse(it, Failures.busy());
      return;
    }
    AtomicBoolean gone = new AtomicBoolean();
    it.response().closeHandler(_ -> gone.set(true));
    Request request = request(it, () -> stopping || gone.get(), audience::hasRoom);
    bodies.hasRead(it, request.body().length);
    Context context = vertx.getOrCreateContext();
    blocking.execute(() -> {
      Reply reply;
      try {
        reply = reply(request, handler);
      } finally {
        bodies.letGo(it);
        requests.release();
      }
      context.runOnContext(_ -> send(it, reply));
    });
  }

  private Reply reply(Request request, Routes.Handler handler) {
    try {
      return Packed.of(request, handler.handle(request));
    } catch (Throwable e) { // wide: whatever a handler throws, its client gets an answer
      return failures.reply(request.url(), failures.of(e));
    }
  }

  private static Request request(RoutingContext it, BooleanSupplier gone, BooleanSupplier room) {
    Buffer body = it.body() == null ? null : it.body().buffer();
    return new Request(
        Principal.LOCAL,
        it.request().method().name(),
        String.valueOf(it.request().path()),
        Map.copyOf(it.pathParams()),
        map(it.queryParams()),
        headers(it),
        body == null ? new byte[0] : body.getBytes(),
        gone,
        room);
  }

  private static Map<String, String> headers(RoutingContext it) {
    Map<String, String> headers = new HashMap<>(map(it.request().headers()));
    String type = Bodies.contentType(it);
    if (type != null) {
      headers.put("content-type", type);
    }
    return Map.copyOf(headers);
  }

  private static Map<String, String> map(MultiMap values) {
    Map<String, String> map = new HashMap<>();
    values.forEach((name, value) -> map.putIfAbsent(name.toLowerCase(Locale.ROOT), value));
    return Map.copyOf(map);
  }

  private void send(RoutingContext it, Reply reply) {
    HttpServerResponse response = it.response();
    if (response.closed() || response.ended()) {
      if (reply instanceof Reply.Follow follow) {
        follow.tail().close();
      }
      return;
    }
    reply.headers().forEach(response::putHeader);
    switch (reply) {
      case Reply.Empty empty -> response.setStatusCode(empty.status()).end();
      case Reply.Body body ->
          response
              .setStatusCode(body.status())
              .putHeader("content-type", body.contentType())
              .end(Buffer.buffer(body.bytes()));
      case Reply.Follow follow -> {
        if (audience.follow(response, follow)) {
          forget(it);
        } else {
          response.putHeader("x-should-retry", "false"); // what it would ask for is under way
          refuse(it, Failures.busy());
        }
      }
    }
  }

  /** A reader may stay for hours: nothing but its socket is kept for it, least of all its body. */
  private static void forget(RoutingContext it) {
    it.request().handler(null).endHandler(null).exceptionHandler(null);
    it.response().endHandler(null);
  }

  private void upgrade(RoutingContext it, SocketDialect dialect) {
    if (!"websocket".equalsIgnoreCase(it.request().getHeader("upgrade"))) {
      refuse(it, new HttpFailure(426, "This is a WebSocket; connect to it as one."));
    } else if (!audience.socket(it.request(), Principal.LOCAL, dialect)) {
      refuse(it, Failures.busy());
    }
  }

  /** Refuses new requests and ends the streams that are being followed, so that readers move on. */
  public void drain() {
    stopping = true;
    audience.letGo();
  }

  /** Whether {@link #drain} was called. */
  public boolean isDraining() {
    return stopping;
  }

  /** Stops listening; waits at most 3 s for open requests. */
  @Override
  public void close() {
    drain();
    try {
      vertx.close().toCompletionStage().toCompletableFuture().get(STOP_WAIT_S, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      log.warn("the edge did not close cleanly: {}", e.toString());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    blocking.shutdown();
  }
}
