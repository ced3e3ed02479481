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
 * One node: everything between the application's DataSource and its model, if it has one,
 * constructed top to bottom and closed in reverse. Safe for use by many threads.
 *
 * <p>It keeps four connections for itself (flush, appends, beat and bell) and borrows others for a
 * statement at a time, so a pool needs at least nine. Those of beat and bell are opened beneath the
 * pool if that is HikariCP's, so that they never wait for the application; of any other they are
 * two of the pool's. The schema {@code everbrook} is made and kept up to date at the start; nothing
 * outside it is touched.
 */
public final class Engine implements AutoCloseable {

  private static final Migrations MIGRATIONS =
      new Migrations(
          "engine",
          Engine.class,
          List.of(
              "001_node.sql",
              "002_job.sql",
              "003_stream.sql",
              "004_answer.sql",
              "005_log.sql",
              "006_channel.sql",
              "007_answer.sql",
              "008_plans.sql",
              "009_jobs.sql",
              "010_schedule.sql",
              "011_worker.sql",
              "012_history.sql",
              "013_lanes.sql",
              "016_operate.sql",
              "017_history_parts.sql",
              "019_ended_by.sql",
              "020_lanes.sql",
              "021_followers.sql",
              "022_family.sql",
              "024_payloads.sql"));

  /** The streams that answers' jobs write to the end. */
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
    grace = settings.jobs().grace();
    loops = new Loops(settings.listener());
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
    } catch (Throwable e) { // wide: nothing that was opened stays open, whatever failed
      new Closing(database, Duration.ZERO).run(opened.reversed());
      loops.close(); // of what was half made
      database.breakOff();
      throw e;
    }
  }

  private static <T extends AutoCloseable> T added(List<AutoCloseable> opened, T part) {
    opened.add(part);
    return part;
  }

  /** What every node does besides that works anything. */
  private synchronized void keepUp() {
    if (!closing.get()) {
      schedules.start(world);
      upkeep.start();
    }
  }

  /**
   * Starts a node. The caller closes the engine, then the model, then the DataSource.
   *
   * @throws dev.everbrook.engine.store.StoreFailure if the database cannot be reached or its schema
   *     is not one this version knows
   */
  public static Engine start(DataSource source, ChatModel model, EngineSettings settings) {
    Engine engine = new Engine(source, model, settings);
    if (settings.answersAtOnce() > 0) {
      engine.jobs.work(Map.of(Answers.QUEUE, settings.answersAtOnce()));
    }
    return engine;
  }

  /**
   * Starts a node that writes no answers: one for jobs, schedules and streams, which needs a
   * DataSource and nothing else. It may still ask, and others answer. The caller closes the engine,
   * then the DataSource.
   *
   * @throws dev.everbrook.engine.store.StoreFailure as {@link #start(DataSource, ChatModel,
   *     EngineSettings)}
   */
  public static Engine start(DataSource source, EngineSettings settings) {
    return start(source, NO_MODEL, settings.answering(0, settings.answers()));
  }

  public Database database() {
    return database;
  }

  public Membership membership() {
    return membership;
  }

  public StreamLog log() {
    return log;
  }

  public Tails tails() {
    return tails;
  }

  public Streams streams() {
    return streams;
  }

  public Forks forks() {
    return forks;
  }

  public Removal removal() {
    return removal;
  }

  public Channels channels() {
    return channels;
  }

  public Jobs jobs() {
    return jobs;
  }

  public Schedules schedules() {
    return schedules;
  }

  public Journals journals() {
    return journals;
  }

  public Answers answers() {
    return answers;
  }

  /**
   * Begins a loop that is one of this node's in {@link #health}; the caller closes it before this.
   */
  public Loop loop(String name, Loop.Step step) {
    return world.loop(name, step);
  }

  /** How this node fares: a look at what is in memory, which asks no database. */
  public Health health() {
    return new Health(membership.node(), loops.health());
  }

  /**
   * Hands what runs over to other nodes and leaves; takes at most about 10 s whatever the database
   * does, and before that as long as {@link dev.everbrook.engine.job.JobSettings#grace} lets runs
   * go on. What could not be closed in order is broken off; others then take over what was not
   * handed over. To close it again does nothing.
   */
  @Override
  public void close() {
    synchronized (this) {
      if (closing.getAndSet(true)) { // from here on nothing begins
        return;
      }
    }
    new Closing(database, grace)
        .run(List.of(schedules, jobs, answers, upkeep, channels, streams, tails, bell, membership));
  }
}
