package dev.everbrook.engine;

import dev.everbrook.engine.answer.Answers;
import dev.everbrook.engine.channel.Channels;
import dev.everbrook.engine.job.Jobs;
import dev.everbrook.engine.job.claim.HeldJobs;
import dev.everbrook.engine.job.node.JobNode;
import dev.everbrook.engine.journal.Journals;
import dev.everbrook.engine.live.Tails;
import dev.everbrook.engine.schedule.Schedules;
import dev.everbrook.engine.store.Bell;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Membership;
import dev.everbrook.engine.store.Migrations;
import dev.everbrook.engine.stream.Forks;
import dev.everbrook.engine.stream.Removal;
import dev.everbrook.engine.stream.StreamLog;
import dev.everbrook.engine.stream.Streams;
import dev.everbrook.engine.stream.Upkeep;
import dev.everbrook.engine.world.Loop;
import dev.everbrook.engine.world.Loops;
import dev.everbrook.engine.world.World;
import dev.everbrook.model.ChatModel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;

/**
 * One node: all parts between the application's DataSource and its optional model, constructed top
 * to bottom and closed in reverse. Safe for use by many threads.
 *
 * <p>It keeps two connections of the pool, for flush and appends, and two more, for beat and bell.
 * Beneath a HikariCP pool it opens these two itself, so that they never wait for the application;
 * it takes them from the pool if PostgreSQL has no room for more, and from any other DataSource. It
 * borrows further connections for one statement or transaction at a time. So a pool needs at least
 * six. The start creates the schema {@code everbrook} or brings it up to date. Nothing outside this
 * schema is touched.
 */
public final class Engine implements AutoCloseable {

  private static final Migrations MIGRATIONS =
      new Migrations(
          "engine",
          Engine.class,
          List.of(
              "001_node.sql",
              "002_job.sql",
              "003_history.sql",
              "004_lanes.sql",
              "005_stream.sql",
              "006_channel.sql",
              "007_answer.sql",
              "008_schedule.sql"));

  /** The kinds of streams that the jobs of answers write and end. */
  private static final Set<String> WRITTEN_BY_JOBS = Set.of(Answers.KIND);

  private static final ChatModel NO_MODEL =
      _ -> {
        throw new IllegalStateException("this node has no model: Engine.start(source, model, …)");
      };

  private final Database database;
  private final Loops loops;
  private final World world;
  private final Duration grace;
  private final Membership membership;
  private final Bell bell;
  private final StreamLog log;
  private final Tails tails;
  private final Streams streams;
  private final Forks forks;
  private final Upkeep upkeep;
  private final Removal removal;
  private final Channels channels;
  private final JobNode jobs;
  private final Schedules schedules;
  private final Journals journals;
  private final Answers answers;
  private final AtomicBoolean closing = new AtomicBoolean();

  private Engine(DataSource source, ChatModel model, EngineSettings settings) {
    database = new Database(source);
    grace = settings.grace();
    loops = new Loops(settings.onLoopHealth());
    world = loops.in(settings.world());
    List<AutoCloseable> opened = new ArrayList<>();
    try {
      MIGRATIONS.apply(database);
      membership = added(opened, new Membership(database, world, settings.name()));
      bell = added(opened, new Bell(database, world));
      log = new StreamLog(database);
      tails = added(opened, new Tails(log, bell, world));
      streams =
          added(opened, new Streams(database, membership, world, log, tails, settings.meters()));
      forks = new Forks(world);
      upkeep = added(opened, new Upkeep(database, world, settings.upkeep()));
      removal = new Removal(WRITTEN_BY_JOBS, upkeep::sweepSoon);
      Channels.Parts below =
          new Channels.Parts(database, world, log, streams, forks, removal, HeldJobs::standing);
      channels = added(opened, new Channels(below, tails, settings.meters()));
      jobs = added(opened, new JobNode(database, bell, membership, world, settings.jobs()));
      schedules = added(opened, new Schedules(database, jobs, bell, settings.meters()));
      journals = new Journals(database, channels, world);
      jobs.remoteWorkers().onEnd(journals::end);
      Answers.Parts parts =
          new Answers.Parts(database, jobs, streams, log, tails, world, settings.meters());
      answers = added(opened, new Answers(parts, model, settings.answers()));
      jobs.onWork(this::keepUp);
    } catch (Throwable e) { // wide: no opened part stays open, whatever failed
      new Closing(database, Duration.ZERO).run(opened.reversed());
      loops.close(); // of half-built parts
      database.breakOff();
      throw e;
    }
  }

  private static <T extends AutoCloseable> T added(List<AutoCloseable> opened, T part) {
    opened.add(part);
    return part;
  }

  /** Starts the schedules and the upkeep, which every working node runs. */
  private synchronized void keepUp() {
    if (!closing.get()) {
      schedules.start(world);
      upkeep.start();
    }
  }

  /**
   * Creates the schema {@code everbrook}, or brings it up to date, and starts nothing. Every start
   * does the same, so this is for applications whose nodes run with a role that may not create
   * tables: call it where the application's own migrations run, before its nodes start. Nodes of
   * the version before may go on meanwhile. Any number of processes may call it at once.
   *
   * @param source of a role that may create a schema, or owns the one there is
   * @throws dev.everbrook.engine.store.StoreFailure as {@link #start(DataSource, ChatModel,
   *     EngineSettings)}
   */
  public static void migrate(DataSource source) {
    MIGRATIONS.apply(new Database(source));
  }

  /**
   * As {@link #migrate(DataSource)}, and grants another role what a node needs that starts with it:
   * to read and write the tables of the schema, and to create nothing.
   *
   * @param role its name, as {@code pg_roles} has it
   * @throws dev.everbrook.engine.store.StoreFailure also if there is no such role
   */
  public static void migrate(DataSource source, String role) {
    Database database = new Database(source);
    MIGRATIONS.apply(database);
    Migrations.grant(database, role);
  }

  /**
   * Starts a node. The caller closes the engine, then the model, then the DataSource.
   *
   * @throws dev.everbrook.engine.store.StoreFailure if the database cannot be reached or its schema
   *     is unknown to this version
   */
  public static Engine start(DataSource source, ChatModel model, EngineSettings settings) {
    Engine engine = new Engine(source, model, settings);
    if (settings.answersAtOnce() > 0) {
      engine.jobs.work(Map.of(Answers.QUEUE, settings.answersAtOnce()));
    }
    return engine;
  }

  /**
   * Starts a node without a model, for jobs, schedules and streams. It needs only a DataSource. It
   * may still ask questions, which other nodes answer. The caller closes the engine, then the
   * DataSource.
   *
   * @throws dev.everbrook.engine.store.StoreFailure as {@link #start(DataSource, ChatModel,
   *     EngineSettings)}
   */
  public static Engine start(DataSource source, EngineSettings settings) {
    return start(source, NO_MODEL, settings.toBuilder().answersAtOnce(0).build());
  }

  /** The database, for transactions with the engine's {@code Tx}. */
  public Database database() {
    return database;
  }

  /** The registration of this node, with the id of its incarnation. */
  public Membership membership() {
    return membership;
  }

  /** Reads the heads and the events of streams. */
  public StreamLog log() {
    return log;
  }

  /** Follows streams live. */
  public Tails tails() {
    return tails;
  }

  /** Creates and writes streams. */
  public Streams streams() {
    return streams;
  }

  /** Forks streams. */
  public Forks forks() {
    return forks;
  }

  /** Deletes streams. */
  public Removal removal() {
    return removal;
  }

  /** Channels: streams with a name, to which any number of clients append. */
  public Channels channels() {
    return channels;
  }

  /** The durable queue. */
  public Jobs jobs() {
    return jobs;
  }

  /** Recurring jobs. */
  public Schedules schedules() {
    return schedules;
  }

  /** The journals of jobs: progress, lines, their ends. */
  public Journals journals() {
    return journals;
  }

  /** Asks models, and cancels their answers. */
  public Answers answers() {
    return answers;
  }

  /** Starts a loop that {@link #health} includes; the caller closes it before the engine. */
  public Loop loop(String name, Loop.Step step) {
    return world.loop(name, step);
  }

  /** The health of this node, from memory without a query. */
  public Health health() {
    return new Health(membership.node(), loops.health());
  }

  /** As {@link #close(Duration)}, with the grace of the settings. */
  @Override
  public void close() {
    close(grace);
  }

  /**
   * Claims no more, lets runs go on for the grace, hands the rest over to other nodes, and leaves.
   * After the grace this takes at most about 10 s, whatever the database does: the parts that
   * cannot be closed in order are broken off, and other nodes take over the jobs that were not
   * handed over. If all runs end earlier, the rest of the grace is not waited for.
   *
   * <p>The first call counts, and its grace. Every later call, from any thread and with any grace,
   * does nothing: it returns at once and does not wait for the first.
   *
   * @param grace 0 to 1 h, instead of {@link EngineSettings.Builder#grace}
   * @throws IllegalArgumentException if it is another time; the engine then stays open
   */
  public void close(Duration grace) {
    EngineSettings.checkedGrace(grace);
    synchronized (this) {
      if (closing.getAndSet(true)) { // from here on nothing begins
        return;
      }
    }
    AutoCloseable working = () -> jobs.close(grace);
    new Closing(database, grace)
        .run(
            List.of(
                schedules, working, answers, upkeep, channels, streams, tails, bell, membership));
  }
}
