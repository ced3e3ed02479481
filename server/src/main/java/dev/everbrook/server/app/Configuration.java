package dev.everbrook.server.app;

import dev.everbrook.engine.job.HistorySettings;
import dev.everbrook.engine.store.Pool;
import dev.everbrook.model.ApiKey;
import dev.everbrook.model.Provider;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The settings of the process, checked. docs/settings.md explains each name.
 *
 * @param database an external PostgreSQL; if absent, the embedded one in {@code data}
 * @param connections the size of the pool; beat and bell open two more beside it
 * @param modelBase the URL of the model's provider; if absent, dev looks for one
 * @param adminToken the bearer token of the operator; without it, dev trusts this machine
 * @param workToken the bearer token of programs that enqueue and work over HTTP; if absent, as for
 *     adminToken
 * @param firstToken the provider's longest silence before its answer; if absent, the default for
 *     its kind
 * @param idle the provider's longest silence within its answer; if absent, the default
 * @param proxies the proxies for requests to the provider
 * @param keep the delay between an answer's end and its removal; if absent, all answers are kept
 * @param history how long ended jobs are remembered
 */
record Configuration(
    boolean production,
    String host,
    int port,
    Path data,
    Optional<DatabaseUrl> database,
    int connections,
    boolean web,
    boolean worker,
    Optional<URI> modelBase,
    ApiKey key,
    Optional<String> model,
    Continuation continuation,
    int answersAtOnce,
    Duration answerMax,
    Optional<Duration> firstToken,
    Optional<Duration> idle,
    Proxies proxies,
    Optional<Duration> keep,
    HistorySettings history,
    Duration longPoll,
    Optional<String> adminToken,
    Optional<String> workToken) {

  /** Whether the model can continue the beginning of an answer. */
  enum Continuation {
    /** Only for the simulator, where it is known. */
    AUTO,
    ON,
    OFF
  }

  private static final int DAY_SECONDS = 86_400;
  private static final String PREFIX = "EVERBROOK_";

  /** The path of the tests' browser. */
  private static final String TESTS = "EVERBROOK_CHROMIUM";

  static final String ENV = "EVERBROOK_ENV";
  static final String HOST = "EVERBROOK_HOST";
  static final String PORT = "EVERBROOK_PORT";
  static final String DATA = "EVERBROOK_DATA";
  static final String DATABASE_URL = "EVERBROOK_DATABASE_URL";
  static final String CONNECTIONS = "EVERBROOK_DATABASE_CONNECTIONS";
  static final String ROLES = "EVERBROOK_ROLES";
  static final String CONTINUE = "EVERBROOK_CONTINUE";
  static final String ANSWERS_AT_ONCE = "EVERBROOK_ANSWERS_AT_ONCE";
  static final String ANSWER_MAX = "EVERBROOK_ANSWER_MAX_SECONDS";
  static final String FIRST_TOKEN = "EVERBROOK_FIRST_TOKEN_SECONDS";
  static final String IDLE = "EVERBROOK_IDLE_SECONDS";
  static final String KEEP_DAYS = "EVERBROOK_KEEP_DAYS";
  static final String HISTORY_DAYS = "EVERBROOK_HISTORY_DAYS";
  static final String HISTORY_JOBS = "EVERBROOK_HISTORY_JOBS";
  static final String LONG_POLL = "EVERBROOK_LONG_POLL_MS";
  static final String ADMIN_TOKEN = "EVERBROOK_ADMIN_TOKEN";
  static final String WORK_TOKEN = "EVERBROOK_WORK_TOKEN";
  static final String BASE_URL = "OPENAI_BASE_URL";
  static final String API_KEY = "OPENAI_API_KEY";
  static final String MODEL = "AI_MODEL";

  static final String HELP =
      """
      Everbrook takes its settings from environment variables, or from flags of the same names
      (--everbrook-port=9000). Keys, tokens and passwords are taken from the environment only,
      since flags show in the list of processes. Defaults are in brackets.

        EVERBROOK_ENV                 dev or prod: prod looks for no local model, simulates
                                      nothing, and needs a key and a model [dev]
        EVERBROOK_HOST                the address to listen on: 127.0.0.1, localhost or ::1
                                      [127.0.0.1]
        EVERBROOK_PORT                0 to 65535, 0 for any free port [8080]
        EVERBROOK_DATA                folder of the embedded PostgreSQL [./data]
        EVERBROOK_DATABASE_URL        an external PostgreSQL 15+ instead of the embedded one:
                                      postgresql://user:password@host:5432/database
        EVERBROOK_DATABASE_CONNECTIONS
                                      6 to 1000 connections in the pool, and two more beside it; a
                                      request waits 10 s for a free one [16]
        EVERBROOK_ROLES               web, worker or web,worker [web,worker]
        EVERBROOK_ANSWERS_AT_ONCE     1 to 10000 answers that this process writes at once [256]
        EVERBROOK_ANSWER_MAX_SECONDS  1 to 86400 s for an answer, all retries included [900]
        EVERBROOK_FIRST_TOKEN_SECONDS 1 to 86400 s of silence before the provider's answer begins;
                                      comments and any other bytes end a silence [300, and 600
                                      for a provider on this machine or its network]
        EVERBROOK_IDLE_SECONDS        1 to 86400 s of silence within the provider's answer [90]
        EVERBROOK_KEEP_DAYS           0 to 36500 days after which an ended answer is removed; 0
                                      keeps all answers [0]
        EVERBROOK_HISTORY_DAYS        1 to 3650 days for which ended jobs are kept [7]
        EVERBROOK_HISTORY_JOBS        1000 to 1000000000 ended jobs that are kept [10000000]
        EVERBROOK_LONG_POLL_MS        1 to 60000 ms that a long poll of /v1/stream waits [20000]
        EVERBROOK_ADMIN_TOKEN         16 to 200 visible ASCII characters: the bearer token of
                                      /v1/queues, /v1/jobs and /v1/schedules; without it, dev
                                      answers requests from this machine, and prod answers none
        EVERBROOK_WORK_TOKEN          the same for /v1/work, where programs enqueue and run jobs
        EVERBROOK_CONTINUE            on, off or auto: whether the model continues the text so far
                                      after a crash [auto]
        OPENAI_BASE_URL               an OpenAI-compatible provider; without it, dev tries LM Studio
                                      (1234), Ollama (11434), then the simulator
        OPENAI_API_KEY                the provider's key
        AI_MODEL                      the model to ask [the first chat model in the provider's list]

      From the environment only, in capitals or small letters:
        HTTPS_PROXY, HTTP_PROXY, ALL_PROXY
                                      the proxy between this server and the provider:
                                      http://user:password@host:port; never used for this machine
        NO_PROXY                      hosts, with their subdomains, and blocks of addresses that
                                      need no proxy
      """;

  static final Set<String> NAMES =
      Set.of(
          ENV,
          HOST,
          PORT,
          DATA,
          DATABASE_URL,
          CONNECTIONS,
          ROLES,
          CONTINUE,
          ANSWERS_AT_ONCE,
          ANSWER_MAX,
          FIRST_TOKEN,
          IDLE,
          KEEP_DAYS,
          HISTORY_DAYS,
          HISTORY_JOBS,
          LONG_POLL,
          ADMIN_TOKEN,
          WORK_TOKEN,
          BASE_URL,
          API_KEY,
          MODEL);

  private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "localhost", "::1");
  private static final List<String> ROLE_SETS =
      List.of("web,worker", "worker,web", "web", "worker");

  /**
   * @throws Misconfigured if a value is wrong; it names all wrong values
   */
  static Configuration of(Map<String, String> environment, List<String> flags) {
    SettingValues values = new SettingValues(NAMES, environment, flags);
    boolean production = values.choice(ENV, "dev", List.of("dev", "prod")).equals("prod");
    String roles = values.choice(ROLES, "web,worker", ROLE_SETS);
    Configuration configuration =
        new Configuration(
            production,
            host(values),
            values.number(PORT, 8080, 0, 65_535),
            data(values),
            DatabaseUrl.of(values, DATABASE_URL),
            values.number(CONNECTIONS, 16, Pool.DEDICATED + 2, 1_000),
            roles.contains("web"),
            roles.contains("worker"),
            base(values),
            key(values),
            values.text(MODEL),
            continuation(values),
            values.number(ANSWERS_AT_ONCE, 256, 1, 10_000),
            Duration.ofSeconds(values.number(ANSWER_MAX, 900, 1, DAY_SECONDS)),
            seconds(FIRST_TOKEN, values),
            seconds(IDLE, values),
            Proxies.of(environment, values),
            keep(values),
            new HistorySettings(
                Duration.ofDays(values.number(HISTORY_DAYS, 7, 1, 3_650)),
                values.number(HISTORY_JOBS, 10_000_000, 1_000, 1_000_000_000)),
            Duration.ofMillis(values.number(LONG_POLL, 20_000, 1, 60_000)),
            token(ADMIN_TOKEN, values),
            token(WORK_TOKEN, values));
    if (production) {
      configuration.demandForProduction(values);
    }
    values.check();
    return configuration;
  }

  /**
   * Variables that look like settings but are unknown, in order, so that a misspelt name is
   * noticed.
   */
  static List<String> unknown(Set<String> environment) {
    return environment.stream()
        .filter(name -> name.startsWith(PREFIX) && !NAMES.contains(name) && !TESTS.equals(name))
        .sorted()
        .toList();
  }

  /** The values that must never be shown; the provider's key hides itself. */
  List<Optional<String>> secrets() {
    return List.of(adminToken, workToken, database.map(DatabaseUrl::password));
  }

  private void demandForProduction(SettingValues values) {
    if (!key.isPresent()) {
      values.problem(API_KEY + " must be set when " + ENV + " is prod, was missing");
    }
    if (model.isEmpty()) {
      values.problem(MODEL + " must name the model when " + ENV + " is prod, was missing");
    }
  }

  private static String host(SettingValues values) {
    String host = values.text(HOST).orElse("127.0.0.1");
    if (!LOOPBACK.contains(host)) {
      values.wrong(
          HOST, "be 127.0.0.1, localhost or ::1 because this server has no users yet", host);
    }
    return host;
  }

  private static Path data(SettingValues values) {
    String data = values.text(DATA).orElse("./data");
    try {
      return Path.of(data);
    } catch (InvalidPathException _) {
      values.wrong(DATA, "be the path of a folder", data);
      return Path.of("data");
    }
  }

  private static Optional<URI> base(SettingValues values) {
    Optional<String> text = values.text(BASE_URL);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(Provider.base(text.get()));
    } catch (IllegalArgumentException e) {
      values.problem(BASE_URL + " " + e.getMessage());
      return Optional.empty();
    }
  }

  private static Optional<Duration> seconds(String name, SettingValues values) {
    int seconds = values.number(name, 0, 1, DAY_SECONDS);
    return seconds == 0 ? Optional.empty() : Optional.of(Duration.ofSeconds(seconds));
  }

  private static ApiKey key(SettingValues values) {
    try {
      return ApiKey.of(values.text(API_KEY).orElse(""));
    } catch (IllegalArgumentException e) {
      values.problem(API_KEY + ": " + e.getMessage());
      return ApiKey.none();
    }
  }

  private static Optional<String> token(String name, SettingValues values) {
    Optional<String> token = values.text(name);
    if (token.isPresent() && !token.get().matches("[\\x21-\\x7e]{16,200}")) {
      // The value is not shown: it may be a truncated token.
      values.problem(name + " must be 16 to 200 visible ASCII characters without spaces");
    }
    return token;
  }

  private static Optional<Duration> keep(SettingValues values) {
    int days = values.number(KEEP_DAYS, 0, 0, 36_500);
    return days == 0 ? Optional.empty() : Optional.of(Duration.ofDays(days));
  }

  private static Continuation continuation(SettingValues values) {
    return switch (values.choice(CONTINUE, "auto", List.of("auto", "on", "off"))) {
      case "on" -> Continuation.ON;
      case "off" -> Continuation.OFF;
      default -> Continuation.AUTO;
    };
  }
}
