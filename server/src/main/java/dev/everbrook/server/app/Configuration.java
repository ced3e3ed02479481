package dev.everbrook.server.app;

import dev.everbrook.engine.job.HistorySettings;
import dev.everbrook.model.ApiKey;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the process was told, checked. The table in README.md says what each name means.
 *
 * @param database an external PostgreSQL; none for the embedded one in {@code data}
 * @param modelBase where the model is; none to look for one (in dev)
 * @param adminToken what who administers has to show; none to trust this machine (in dev)
 * @param workToken what who enqueues and works over HTTP has to show; none as for adminToken
 * @param keep how long after its end an answer is removed; none to keep all for ever
 * @param history how long ended jobs are remembered
 */
record Configuration(
    boolean production,
    String host,
    int port,
    Path data,
    Optional<DatabaseUrl> database,
    boolean web,
    boolean worker,
    Optional<URI> modelBase,
    ApiKey key,
    Optional<String> model,
    Continuation continuation,
    int answersAtOnce,
    Duration answerMax,
    Optional<Duration> keep,
    HistorySettings history,
    Duration longPoll,
    Optional<String> adminToken,
    Optional<String> workToken) {

  /** Whether the model can go on from the beginning of an answer. */
  enum Continuation {
    /** Only where that is known: the simulator. */
    AUTO,
    ON,
    OFF
  }

  private static final String PREFIX = "EVERBROOK_";

  /** Where the browser of the tests is. */
  private static final String TESTS = "EVERBROOK_CHROMIUM";

  static final String ENV = "EVERBROOK_ENV";
  static final String HOST = "EVERBROOK_HOST";
  static final String PORT = "EVERBROOK_PORT";
  static final String DATA = "EVERBROOK_DATA";
  static final String DATABASE_URL = "EVERBROOK_DATABASE_URL";
  static final String ROLES = "EVERBROOK_ROLES";
  static final String CONTINUE = "EVERBROOK_CONTINUE";
  static final String ANSWERS_AT_ONCE = "EVERBROOK_ANSWERS_AT_ONCE";
  static final String ANSWER_MAX = "EVERBROOK_ANSWER_MAX_SECONDS";
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
      Everbrook takes its settings from the environment, or as flags of the same names
      (--everbrook-port=9000), but keys, tokens and passwords from the environment only, since
      flags show in the list of processes. Defaults in brackets.

        EVERBROOK_ENV                 dev or prod: prod looks for no local model, simulates
                                      nothing, and wants a key and a model [dev]
        EVERBROOK_HOST                where to listen: 127.0.0.1, localhost or ::1 [127.0.0.1]
        EVERBROOK_PORT                0 to 65535, 0 for any free one [8080]
        EVERBROOK_DATA                folder of the embedded PostgreSQL [./data]
        EVERBROOK_DATABASE_URL        an external PostgreSQL 15+ instead of the embedded one:
                                      postgresql://user:password@host:5432/database
        EVERBROOK_ROLES               web, worker or web,worker [web,worker]
        EVERBROOK_ANSWERS_AT_ONCE     1 to 10000 answers that this process writes at once [256]
        EVERBROOK_ANSWER_MAX_SECONDS  1 to 86400 s for an answer, all retries included [900]
        EVERBROOK_KEEP_DAYS           0 to 36500 days after its end an answer is removed; 0 keeps
                                      all for ever [0]
        EVERBROOK_HISTORY_DAYS        1 to 3650 days that ended jobs are remembered [7]
        EVERBROOK_HISTORY_JOBS        1000 to 1000000000 ended jobs that are remembered [10000000]
        EVERBROOK_LONG_POLL_MS        1 to 60000 ms that a long poll of /v1/stream waits [20000]
        EVERBROOK_ADMIN_TOKEN         16 to 200 visible ASCII characters that whoever administers
                                      /v1/queues, /v1/jobs and /v1/schedules has to send as a
                                      bearer token; without it they answer this machine only,
                                      in prod nobody
        EVERBROOK_WORK_TOKEN          the same for who enqueues and works over HTTP, /v1/work
        EVERBROOK_CONTINUE            on, off or auto: whether the model goes on from the
                                      beginning of an answer after a crash [auto]
        OPENAI_BASE_URL               an OpenAI-compatible provider; in dev without it LM Studio
                                      (1234), Ollama (11434), then the simulator are tried
        OPENAI_API_KEY                its key
        AI_MODEL                      the model to ask [the provider's first]
      """;

  private static final Set<String> NAMES =
      Set.of(
          ENV,
          HOST,
          PORT,
          DATA,
          DATABASE_URL,
          ROLES,
          CONTINUE,
          ANSWERS_AT_ONCE,
          ANSWER_MAX,
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
   * @throws Misconfigured if a value is wrong, naming all that are
   */
  static Configuration of(Map<String, String> environment, List<String> flags) {
    Values values = new Values(NAMES, environment, flags);
    boolean production = values.choice(ENV, "dev", List.of("dev", "prod")).equals("prod");
    String roles = values.choice(ROLES, "web,worker", ROLE_SETS);
    Configuration configuration =
        new Configuration(
            production,
            host(values),
            values.number(PORT, 8080, 0, 65_535),
            data(values),
            DatabaseUrl.of(values),
            roles.contains("web"),
            roles.contains("worker"),
            base(values),
            key(values),
            values.text(MODEL),
            continuation(values),
            values.number(ANSWERS_AT_ONCE, 256, 1, 10_000),
            Duration.ofSeconds(values.number(ANSWER_MAX, 900, 1, 86_400)),
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

  /** What looks like a setting and is none, in order: a misspelt one would go unnoticed. */
  static List<String> unknown(Set<String> environment) {
    return environment.stream()
        .filter(name -> name.startsWith(PREFIX) && !NAMES.contains(name) && !TESTS.equals(name))
        .sorted()
        .toList();
  }

  /** What must never be shown; the provider's key sees to itself. */
  List<Optional<String>> secrets() {
    return List.of(adminToken, workToken, database.map(DatabaseUrl::password));
  }

  private void demandForProduction(Values values) {
    if (!key.isPresent()) {
      values.problem(API_KEY + " must be set when " + ENV + " is prod, was missing");
    }
    if (model.isEmpty()) {
      values.problem(MODEL + " must name the model when " + ENV + " is prod, was missing");
    }
  }

  private static String host(Values values) {
    String host = values.text(HOST).orElse("127.0.0.1");
    if (!LOOPBACK.contains(host)) {
      values.wrong(
          HOST, "be 127.0.0.1, localhost or ::1 as long as there are no users to tell apart", host);
    }
    return host;
  }

  private static Path data(Values values) {
    String data = values.text(DATA).orElse("./data");
    try {
      return Path.of(data);
    } catch (InvalidPathException _) {
      values.wrong(DATA, "be the path of a folder", data);
      return Path.of("data");
    }
  }

  private static Optional<URI> base(Values values) {
    Optional<String> text = values.text(BASE_URL);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      URI uri = new URI(text.get());
      boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      if (http && uri.getHost() != null && uri.getUserInfo() == null) {
        return Optional.of(uri);
      }
    } catch (URISyntaxException _) {
      // Told below, without the text: what is not a URL may be anything, a key for instance.
    }
    values.problem(
        BASE_URL + " must be an http or https URL without a user, such as https://host/v1");
    return Optional.empty();
  }

  private static ApiKey key(Values values) {
    try {
      return ApiKey.of(values.text(API_KEY).orElse(""));
    } catch (IllegalArgumentException e) {
      values.problem(API_KEY + ": " + e.getMessage());
      return ApiKey.none();
    }
  }

  private static Optional<String> token(String name, Values values) {
    Optional<String> token = values.text(name);
    if (token.isPresent() && !token.get().matches("[\\x21-\\x7e]{16,200}")) {
      // Not shown: it may be a token whose end was lost.
      values.problem(name + " must be 16 to 200 visible ASCII characters without spaces");
    }
    return token;
  }

  private static Optional<Duration> keep(Values values) {
    int days = values.number(KEEP_DAYS, 0, 0, 36_500);
    return days == 0 ? Optional.empty() : Optional.of(Duration.ofDays(days));
  }

  private static Continuation continuation(Values values) {
    return switch (values.choice(CONTINUE, "auto", List.of("auto", "on", "off"))) {
      case "on" -> Continuation.ON;
      case "off" -> Continuation.OFF;
      default -> Continuation.AUTO;
    };
  }
}
