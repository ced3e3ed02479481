package dev.everbrook.server.app;

import com.zaxxer.hikari.HikariDataSource;
import dev.everbrook.engine.Engine;
import dev.everbrook.engine.EngineSettings;
import dev.everbrook.engine.answer.AnswerSettings;
import dev.everbrook.engine.store.Pool;
import dev.everbrook.engine.stream.UpkeepSettings;
import dev.everbrook.engine.world.World;
import dev.everbrook.postgres.Access;
import dev.everbrook.postgres.EmbeddedPostgres;
import dev.everbrook.postgres.Settings;
import dev.everbrook.server.api.admin.AdminApi;
import dev.everbrook.server.api.aisdk.AiSdkApi;
import dev.everbrook.server.api.chat.ChatApi;
import dev.everbrook.server.api.chat.ChatChangesApi;
import dev.everbrook.server.api.durablestreams.StreamReaders;
import dev.everbrook.server.api.durablestreams.StreamsApi;
import dev.everbrook.server.api.events.EventsApi;
import dev.everbrook.server.api.events.RemovalApi;
import dev.everbrook.server.api.openai.OpenAiApi;
import dev.everbrook.server.api.work.WorkApi;
import dev.everbrook.server.chat.Assets;
import dev.everbrook.server.chat.ChatChanges;
import dev.everbrook.server.chat.ChatPages;
import dev.everbrook.server.chat.Chats;
import dev.everbrook.server.chat.PageContext;
import dev.everbrook.server.chat.Pages;
import dev.everbrook.server.http.Gate;
import dev.everbrook.server.http.Routes;
import dev.everbrook.server.http.edge.Edge;
import dev.everbrook.server.http.edge.EdgeSettings;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The whole process, constructed top to bottom and closed in reverse. */
final class App implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(App.class);

  /**
   * Bounded, since a pool waits for connections that are being opened and so for a hanging
   * database.
   */
  private static final Duration POOL_CLOSE_MAX = Duration.ofSeconds(2);

  private static final Duration POSTGRES_START_MAX = Duration.ofSeconds(90);

  private final Configuration configuration;
  private final Deque<Runnable> closing = new ConcurrentLinkedDeque<>();
  private final AtomicBoolean stopping = new AtomicBoolean();
  private final PrometheusMeterRegistry metrics =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private String databaseShown = "";
  private String modelShown = "";
  private int port;

  /** Starts nothing yet. */
  App(Configuration configuration) {
    this.configuration = configuration;
  }

  /** Starts all parts; if one fails, the caller closes the started ones. */
  void start() {
    World world = World.real();
    // First, so that an error here is reported before a database has to start.
    FoundModel model = new ModelFinder(configuration).find();
    opened(model::close);
    modelShown = model.shown();
    HikariDataSource pool = pool();
    opened(() -> within(POOL_CLOSE_MAX, pool::close));

    Engine engine = Engine.start(pool, model.model(), engineSettings(model));
    opened(engine::close);

    Routes routes = new Routes();
    new OperationsApi(engine, metrics, stopping).on(routes);
    if (configuration.web()) {
      web(routes, engine, model, world);
    }
    EdgeSettings settings =
        EdgeSettings.at(configuration.host(), configuration.port())
            .waiting(configuration.answerMax());
    Edge edge = Edge.start(settings, routes);
    // Readers are disconnected first, so that they reach another node while this one hands its jobs
    // over.
    closing.addLast(edge::close);
    opened(edge::drain);
    port = edge.port();
    measure(engine, edge);
  }

  /**
   * Registers a started part for closing; if the process is already stopping, closes it at once.
   */
  private void opened(Runnable close) {
    closing.push(close);
    if (stopping.get()) {
      close();
      throw new IllegalStateException("the process was told to stop while it started");
    }
  }

  /**
   * Closes a part in its own thread; a part that does not end in time is left to the end of the
   * process.
   */
  private static void within(Duration most, Runnable close) {
    Thread closing = Thread.ofPlatform().daemon().name("everbrook-close-pool").start(close);
    try {
      if (!closing.join(most)) {
        log.warn("the pool of connections did not close within {} s", most.toSeconds());
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private HikariDataSource pool() {
    int shared = configuration.connections() - Pool.DEDICATED;
    if (configuration.database().isPresent()) {
      DatabaseUrl url = configuration.database().get();
      databaseShown = url.shown();
      return Pool.open(url.jdbc(), url.user(), url.password(), shared);
    }
    EmbeddedPostgres postgres =
        EmbeddedPostgres.start(
            new Settings(configuration.data().resolve("postgres"), POSTGRES_START_MAX));
    opened(postgres::close);
    Access access = postgres.access();
    databaseShown =
        "embedded PostgreSQL in "
            + configuration.data()
            + " (port "
            + postgres.port()
            + (postgres.attached() ? ", found running" : "")
            + ")";
    return Pool.open(access.url(), access.user(), access.password(), shared);
  }

  private EngineSettings engineSettings(FoundModel model) {
    boolean continues =
        switch (configuration.continuation()) {
          case ON -> true;
          case OFF -> false;
          case AUTO -> model.isSimulated();
        };
    AnswerSettings answers =
        AnswerSettings.DEFAULT.continuing(continues).within(configuration.answerMax());
    int atOnce = configuration.worker() ? configuration.answersAtOnce() : 0;
    return EngineSettings.builder()
        .name("everbrook-" + ProcessHandle.current().pid())
        .answersAtOnce(atOnce)
        .answers(answers)
        .upkeep(UpkeepSettings.DEFAULT.keeping(configuration.keep()))
        .history(configuration.history())
        .meters(metrics)
        .build();
  }

  private void web(Routes routes, Engine engine, FoundModel model, World world) {
    // Routes are matched in this order; the most frequent ones come first.
    StreamReaders reading =
        new StreamReaders(engine.log(), engine.tails(), world, configuration.longPoll());
    new StreamsApi(engine.channels(), engine.log(), reading).on(routes);
    Chats chats = new Chats(engine, world, new Chats.Answerer(model.name(), model.isSimulated()));
    Assets assets = Assets.load();
    Pages pages = new Pages(new PageContext(model.name(), model.isSimulated()), assets);
    new ChatPages(chats, pages, assets).on(routes);
    new ChatApi(chats, engine.log(), engine.tails()).on(routes);
    new ChatChangesApi(new ChatChanges(engine, world)).on(routes);
    new EventsApi(engine.log(), engine.tails(), engine.answers()).on(routes);
    new AiSdkApi(engine, model.name()).on(routes);
    new RemovalApi(engine.database(), engine.log(), engine.removal()).on(routes);
    Gate operator =
        gate("The administration API", Configuration.ADMIN_TOKEN, configuration.adminToken());
    new AdminApi(engine, operator).on(routes);
    Gate workers = gate("The work API", Configuration.WORK_TOKEN, configuration.workToken());
    new WorkApi(engine.database(), engine.jobs(), engine.channels(), workers).on(routes);
    OpenAiApi openai = new OpenAiApi(engine, world, model.model(), model.name());
    opened(openai::close);
    openai.on(routes);
  }

  private Gate gate(String what, String setting, Optional<String> token) {
    return new Gate(what, setting, token, !configuration.production());
  }

  private void measure(Engine engine, Edge edge) {
    new JvmMemoryMetrics().bindTo(metrics);
    new JvmThreadMetrics().bindTo(metrics);
    new ProcessorMetrics().bindTo(metrics);
    metrics.gauge("everbrook.loops.failing", engine, it -> it.health().failing().size());
    metrics.gauge("everbrook.stream.readers", engine.tails(), it -> it.readers());
    metrics.gauge("everbrook.http.followers", edge, it -> it.followers());
    metrics.gauge("everbrook.http.connections", edge, it -> it.connections());
  }

  /** The URL of the server. */
  String address() {
    String host = configuration.host().contains(":") ? "[::1]" : configuration.host();
    return "http://" + host + ":" + port;
  }

  String databaseShown() {
    return databaseShown;
  }

  String modelShown() {
    return modelShown;
  }

  /**
   * Disconnects readers, hands jobs over, and closes the other parts in reverse; takes at most
   * about 10 s.
   */
  @Override
  public void close() {
    stopping.set(true);
    Runnable next;
    while ((next = closing.poll()) != null) {
      try {
        next.run();
      } catch (RuntimeException e) { // wide: one part that fails to close must not keep the others
        log.warn("a part did not close cleanly", e);
      }
    }
  }
}
