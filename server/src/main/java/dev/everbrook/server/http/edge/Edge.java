package dev.everbrook.server.http.edge;

import dev.everbrook.engine.store.Principal;
import dev.everbrook.server.http.HttpFailure;
import dev.everbrook.server.http.Reply;
import dev.everbrook.server.http.Request;
import dev.everbrook.server.http.RequestHandler;
import dev.everbrook.server.http.Routes;
import dev.everbrook.server.http.SocketDialect;
import dev.everbrook.server.http.wire.ConnectionPipeline;
import dev.everbrook.server.http.wire.Malformed;
import io.netty.channel.unix.Errors;
import io.vertx.core.Context;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.net.BindException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP server: one event loop a core, and a virtual thread for each request.
 *
 * <p>A request is read on its loop, handled on a virtual thread, and its reply is written on its
 * loop; only {@link SseFollower} stays on the loop for long. Safe for use by many threads.
 */
public final class Edge implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Edge.class);
  private static final int START_WAIT_S = 30;
  private static final int STOP_WAIT_S = 3;
  private static final int SEND_BUFFER_BYTES = 64 * 1024;
  private static final int BACKLOG = 4_096;
  private static final int SOCKET_MESSAGE_BYTES_MAX = 64 * 1024;
  private static final int LINUX_ADDRESS_IN_USE = -98;

  private static final Set<HttpMethod> READING =
      Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

  /**
   * Means one free port for all loops; with 0 each event loop would listen on a port of its own.
   */
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
  private final BodyReader bodies;
  private final ConnectionPipeline wire;
  private final Followers audience;
  private final ReplyWriter sending;
  private final OverdueRequests overdue;
  private volatile boolean stopping;
  private volatile int port;

  private Edge(EdgeSettings settings, Routes routes) {
    this.settings = settings;
    this.routes = routes;
    this.failures = new Failures(routes, settings.bounds().bodyBytesMax());
    this.requests = new Semaphore(settings.bounds().requestsMax());
    this.wire =
        new ConnectionPipeline(settings.times().arrival().headMax(), settings.times().stallMax());
    this.vertx =
        Vertx.vertx(
            new VertxOptions().setPreferNativeTransport(true).setEventLoopPoolSize(loops()));
    this.bodies =
        new BodyReader(
            vertx, settings.times().arrival(), new ByteBudget(settings.bounds().bodiesBytesMax()));
    this.audience = new Followers(vertx, settings, blocking, failures);
    this.sending =
        new ReplyWriter(new ByteBudget(settings.bounds().bodiesBytesMax()), failures, audience);
    this.overdue = new OverdueRequests(vertx);
  }

  /**
   * Starts the server; returns when it listens.
   *
   * @throws IllegalStateException if the address cannot be used; the message names it and the
   *     reason
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

  /** The port of the server. */
  public int port() {
    return port;
  }

  /** The number of readers that follow streams; each stream of a WebSocket counts. */
  public int followers() {
    return audience.size();
  }

  /** The number of open connections, including idle ones. */
  public int connections() {
    return wire.connections();
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

  /**
   * Whether the address is in use: the JDK's transport has an exception for it, the native one a
   * number.
   */
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
              .setTcpNoDelay(true)
              .setHttp2ClearTextEnabled(false)
              .setMaxWebSocketMessageSize(SOCKET_MESSAGE_BYTES_MAX)
              .setPerMessageWebSocketCompressionSupported(false)
              .setPerFrameWebSocketCompressionSupported(false)
              .setIdleTimeout(Math.toIntExact(settings.times().idleMax().toSeconds()));
      return vertx
          .createHttpServer(options)
          .connectionHandler(wire::attach)
          .invalidRequestHandler(Edge.this::refuseMalformed)
          .requestHandler(guarded(router()))
          .listen(settings.port() == 0 ? ANY_PORT_FOR_ALL : settings.port(), settings.host())
          .onSuccess(server -> port = server.actualPort());
    }

    private Handler<HttpServerRequest> guarded(Router router) {
      return request -> {
        protect(request.response());
        RequestGuard.refuses(request)
            .ifPresentOrElse(why -> sending.dismiss(request, why), () -> router.handle(request));
      };
    }

    private Router router() {
      Router router = Router.router(vertx);
      for (Routes.Socket socket : routes.sockets()) {
        router.get(socket.path()).handler(it -> upgrade(it.request(), socket.dialect()));
      }
      for (Routes.Route route : routes.all()) {
        for (String method : routes.answeredBy(route)) {
          router.route(HttpMethod.valueOf(method), route.path()).handler(it -> accept(it, route));
        }
      }
      for (Map.Entry<String, Set<String>> path : routes.methods().entrySet()) {
        router.route(path.getKey()).handler(it -> refuseMethod(it.request(), path.getValue()));
      }
      router
          .route()
          .handler(it -> sending.refuse(it.request(), Failures.unknown(it.request(), Set.of())));
      router
          .route()
          .failureHandler(it -> sending.refuse(it.request(), Failures.routing(it.failure())));
      return router;
    }
  }

  private static void protect(HttpServerResponse response) {
    response.putHeader("x-content-type-options", "nosniff");
    response.putHeader("referrer-policy", "same-origin");
    response.putHeader("cross-origin-resource-policy", "same-origin");
    response.putHeader("content-security-policy", CONTENT_SECURITY_POLICY);
  }

  private void refuseMalformed(HttpServerRequest request) {
    protect(request.response());
    sending.refuse(request, Malformed.head(request.decoderResult().cause()));
  }

  private void refuseMethod(HttpServerRequest request, Set<String> methods) {
    request.response().putHeader("allow", String.join(", ", methods));
    sending.refuse(request, Failures.unknown(request, methods));
  }

  /** Reads the body and then calls the handler; a vital route needs no body. */
  private void accept(RoutingContext it, Routes.Route route) {
    if (route.vital()) {
      ask(it, route, new byte[0], () -> {});
      return;
    }
    bodies.read(
        it.request(),
        failures.bodyBytesMax(it.request()),
        new BodyReader.Receiver() {
          @Override
          public void whole(byte[] body, ByteBudget.Share share) {
            ask(it, route, body, share::letGo);
          }

          @Override
          public void refused(HttpFailure why) {
            sending.refuse(it.request(), why);
          }
        });
  }

  private void ask(RoutingContext it, Routes.Route route, byte[] body, Runnable taken) {
    if (stopping || !route.vital() && !requests.tryAcquire()) {
      taken.run();
      sending.refuse(it.request(), Failures.busy());
      return;
    }
    AtomicBoolean gone = new AtomicBoolean();
    it.response().closeHandler(_ -> gone.set(true));
    Request request = request(it, body, () -> stopping || gone.get(), audience::hasRoom);
    Context context = vertx.getOrCreateContext();
    OverdueRequests.Work work =
        overdue.begin(accepted ->
            context.runOnContext(_ ->
                accepted.ifPresentOrElse(
                    known -> sending.send(it.request(), known), () -> tellOverdue(it.request()))));
    blocking.execute(() ->
        work.run(() -> {
          Reply reply;
          try {
            reply = reply(it.request(), request, route.handler());
          } finally {
            taken.run();
            if (!route.vital()) {
              requests.release();
            }
          }
          context.runOnContext(_ -> sending.send(it.request(), reply));
        }));
  }

  /**
   * Refuses an overdue request; without a key, an automatic retry would repeat the change, so the
   * header forbids it.
   */
  private void tellOverdue(HttpServerRequest request) {
    boolean reads = READING.contains(request.method());
    if (!reads
        && request.getHeader("idempotency-key") == null
        && !request.response().headWritten()) {
      request.response().putHeader("x-should-retry", "false");
    }
    sending.refuse(request, Failures.databaseHangs(reads));
  }

  private Reply reply(HttpServerRequest sent, Request request, RequestHandler handler) {
    try {
      return CompressedReply.of(request, handler.handle(request));
    } catch (Throwable e) { // wide: the client gets a reply whatever the handler throws
      return failures.reply(sent, failures.of(e));
    }
  }

  private static Request request(
      RoutingContext it, byte[] body, BooleanSupplier gone, BooleanSupplier room) {
    return new Request(
        Principal.LOCAL,
        it.request().method().name(),
        String.valueOf(it.request().path()),
        Map.copyOf(it.pathParams()),
        map(it.queryParams()),
        repeated(it.queryParams()),
        map(it.request().headers()),
        body,
        gone,
        room);
  }

  private static Set<String> repeated(MultiMap values) {
    Set<String> once = new HashSet<>();
    return values.entries().stream()
        .map(it -> it.getKey().toLowerCase(Locale.ROOT))
        .filter(name -> !once.add(name))
        .collect(Collectors.toUnmodifiableSet());
  }

  private static Map<String, String> map(MultiMap values) {
    Map<String, String> map = new HashMap<>();
    values.forEach((name, value) -> map.putIfAbsent(name.toLowerCase(Locale.ROOT), value));
    return Map.copyOf(map);
  }

  private void upgrade(HttpServerRequest request, SocketDialect dialect) {
    Optional<HttpFailure> refusal = WebSocketUpgrade.refuses(request);
    if (refusal.isPresent()) {
      sending.refuse(request, refusal.get());
    } else if (!audience.socket(request, Principal.LOCAL, dialect)) {
      sending.refuse(request, Failures.busy());
    }
  }

  /** Refuses new requests and disconnects all readers, so that they reconnect to another server. */
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
