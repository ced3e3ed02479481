package dev.everbrook.engine.job.admin;

import dev.everbrook.engine.job.Handler;
import dev.everbrook.engine.job.JobControl;
import dev.everbrook.engine.job.JobType;
import dev.everbrook.engine.job.NewJob;
import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.Run;
import dev.everbrook.engine.job.StopReason;
import dev.everbrook.engine.job.run.Runner;
import dev.everbrook.engine.store.Bell;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Row;
import dev.everbrook.engine.store.Tx;
import dev.everbrook.engine.world.Loop;
import dev.everbrook.engine.world.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cancels jobs on any node, with all jobs they wait for. Cancellations by other nodes arrive as
 * bell hints: a run is stopped if its row is marked. Safe for use by many threads.
 *
 * <p>The end of a job holds its row and waits for that of its parent. Hence the statement that
 * waits for the root's row holds no other row, and no statement waits for a row below the root.
 * Rows locked by others are ending, being claimed, or splitting. They are tried again, after the
 * marked runs have been asked to stop, until none is left.
 */
public final class Canceller implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Canceller.class);

  public static final String BELL_CANCEL = "job-cancel";

  /** Cancels the jobs that others held while their ancestor was cancelled. */
  public static final JobType<Held, Void> REST =
      new JobType<>("everbrook.cancel", Held.class, Void.class, JobControl.QUEUE);

  /** The payload of such a job. */
  public record Held(List<Long> jobs) {}

  /** The most looks for rows that others had locked. */
  private static final int LOOKS_MAX = 1_000;

  /**
   * A waiting job becomes ready, so a node with its handler ends it. Its key is free, or passes to
   * its follower: see {@link #HAND_ON}.
   */
  private static final String CANCEL_ONE =
      """
      WITH held AS MATERIALIZED (
             SELECT id, dedupe, follower FROM everbrook.job WHERE id = ? FOR UPDATE)
      UPDATE everbrook.job AS j
         SET cancelled = true, dedupe = NULL,
             state = CASE WHEN j.state IN ('delayed', 'blocked') THEN 'ready' ELSE j.state END
        FROM held WHERE j.id = held.id
      RETURNING j.id, j.state = 'running', j.queue, held.dedupe, held.follower
      """;

  /**
   * Passes the keys to followers; otherwise a new job with the key would not meet the older
   * follower, which would run after it or beside it. This is a statement of its own, since two rows
   * cannot have one key even for a moment.
   */
  private static final String HAND_ON =
      """
      WITH heir AS MATERIALIZED (
             SELECT j.id, f.dedupe FROM everbrook.job AS j
               JOIN unnest(?::bigint[], ?::text[]) AS f(id, dedupe) ON j.id = f.id
              WHERE j.state = 'blocked' AND j.run = 0 AND NOT j.cancelled AND j.dedupe IS NULL
              ORDER BY j.id FOR UPDATE OF j)
      UPDATE everbrook.job AS j SET dedupe = heir.dedupe FROM heir WHERE j.id = heir.id
      """;

  private static final String CANCELLED =
      """
      SELECT id FROM everbrook.job WHERE id = ANY (?) AND cancelled AND state = 'running'
      """;

  /**
   * The most hints that wait to be checked; {@code RunReconciler} finds the jobs of dropped ones.
   */
  private static final int HEARD_MAX = 10_000;

  private static final Duration IDLE = Duration.ofSeconds(10);
  private static final Duration REST_MAX = Duration.ofDays(7);

  /** The same for the unlocked rows below; a child has no key to pass on. */
  private static final String CANCEL_BELOW =
      """
      WITH RECURSIVE tree AS (
             SELECT unnest(?::bigint[]) AS id
             UNION
             SELECT child.id FROM tree JOIN everbrook.job child ON child.parent = tree.id),
           free AS MATERIALIZED (
             SELECT id FROM everbrook.job
              WHERE id = ANY (ARRAY(SELECT id FROM tree)) AND NOT cancelled
              ORDER BY id FOR UPDATE SKIP LOCKED)
      UPDATE everbrook.job
         SET cancelled = true, dedupe = NULL,
             state = CASE WHEN state IN ('delayed', 'blocked') THEN 'ready' ELSE state END
       WHERE id = ANY (ARRAY(SELECT id FROM free))
      RETURNING id, state = 'running', queue
      """;

  /** How many jobs below a cancelled one may be held by others at that moment. */
  private static final int LEFT_MAX = 10_000;

  /** Jobs that were put back from the history since are not meant. */
  private static final String STILL_LEFT =
      """
      SELECT j.id FROM everbrook.job AS j JOIN everbrook.job AS rest ON rest.id = ?
       WHERE j.id = ANY (?) AND (j.retried_at IS NULL OR j.retried_at < rest.created_at)
      """;

  private static final String LEFT =
      """
      WITH RECURSIVE tree AS (
             SELECT unnest(?::bigint[]) AS id
             UNION
             SELECT child.id FROM tree JOIN everbrook.job child ON child.parent = tree.id)
      SELECT id FROM everbrook.job
       WHERE id = ANY (ARRAY(SELECT id FROM tree)) AND NOT cancelled ORDER BY id LIMIT ?
      """;

  /** The keys of cancelled jobs, and the followers of these. Used by one thread. */
  static final class Keys {
    private final List<Long> followers = new ArrayList<>();
    private final List<String> keys = new ArrayList<>();

    /** Adds a key; a job without a key or without a follower passes none on. */
    void add(@Nullable Long follower, @Nullable String key) {
      if (follower != null && key != null) {
        followers.add(follower);
        keys.add(key);
      }
    }

    void handOn(Tx tx) {
      if (!keys.isEmpty()) {
        tx.update(
            HAND_ON, followers.stream().mapToLong(it -> it).toArray(), keys.toArray(String[]::new));
      }
    }
  }

  /** A job that was marked. */
  public record Found(long job, boolean running, String queue) {}

  private static final Row<Found> FOUND =
      row -> new Found(row.getLong(1), row.getBoolean(2), row.getString(3));

  private final Database database;
  private final Bell bell;
  private final Runner runner;
  private final BiConsumer<Long, String> end;
  private volatile Consumer<long[]> elsewhere = _ -> {};
  private final Set<Long> heard = ConcurrentHashMap.newKeySet();
  private final Loop looking;

  /**
   * @param end ends a waiting job of a queue
   */
  public Canceller(
      Database database, Bell bell, Runner runner, World world, BiConsumer<Long, String> end) {
    this.database = database;
    this.bell = bell;
    this.runner = runner;
    this.end = end;
    this.looking = world.loop("cancel", this::look);
    bell.on(BELL_CANCEL, this::hear);
  }

  /** Calls {@code listener} with jobs that were cancelled here and run elsewhere. */
  public void onElsewhere(Consumer<long[]> listener) {
    elsewhere = listener;
  }

  private void hear(String note) {
    long job = Long.parseLong(note);
    if (heard.size() < HEARD_MAX) {
      heard.add(job);
      looking.wake();
    }
  }

  private Duration look() {
    Set<Long> asked = Set.copyOf(heard);
    heard.removeAll(asked);
    long[] here = runner.running().stream().mapToLong(Run::job).filter(asked::contains).toArray();
    if (here.length > 0) {
      database
          .list(CANCELLED, row -> row.getLong(1), (Object) here)
          .forEach(job -> runner.stop(job, StopReason.CANCELLED));
    }
    return IDLE;
  }

  /** Cancels a job; returns whether there was such a job that had not ended. */
  public boolean cancel(long job) {
    Set<Long> known = new TreeSet<>();
    List<Found> found = database.tx(tx -> mark(tx, job, known));
    if (!found.isEmpty()) {
      goOn(job, found, known);
    }
    return !found.isEmpty();
  }

  /**
   * As {@link #cancel(long)}, in the caller's transaction. It does not wait for rows that others
   * hold, since it holds the root's. A job of the engine's cancels those; it exists if the caller
   * commits.
   *
   * @param enqueue enqueues that job
   */
  public boolean cancel(Tx tx, long job, BiConsumer<Tx, NewJob> enqueue) {
    Set<Long> known = new TreeSet<>();
    List<Found> found = mark(tx, job, known);
    if (found.isEmpty()) {
      return false;
    }
    List<Long> left = tx.list(LEFT, row -> row.getLong(1), ids(known), LEFT_MAX);
    if (!left.isEmpty()) {
      enqueue.accept(tx, REST.job(new Held(left)).within(REST_MAX));
    }
    tx.afterCommit(() -> end(stop(found)));
    return true;
  }

  /** Runs the jobs that {@link #cancel(Tx, long, BiConsumer)} enqueues. */
  public Handler rest() {
    return REST.handler((run, held) -> {
      long[] jobs = held.jobs().stream().mapToLong(it -> it).toArray();
      for (long job : database.list(STILL_LEFT, row -> row.getLong(1), run.job(), jobs)) {
        Set<Long> known = new TreeSet<>();
        goOn(job, database.tx(tx -> mark(tx, job, known)), known);
      }
      return new Outcome.Done();
    });
  }

  private void goOn(long job, List<Found> found, Set<Long> known) {
    List<Found> waiting = new ArrayList<>(stop(found));
    Optional<Long> left = firstLeft(known);
    for (int i = 0; i < LOOKS_MAX && left.isPresent(); i++) {
      long next = left.get();
      waiting.addAll(stop(database.tx(tx -> mark(tx, next, known))));
      left = firstLeft(known);
    }
    left.ifPresent(it ->
        log.warn("job {} was cancelled, but not job {} below it: cancel it by itself", job, it));
    end(waiting);
  }

  private void end(List<Found> waiting) {
    waiting.forEach(each -> end.accept(each.job(), each.queue()));
  }

  private Optional<Long> firstLeft(Set<Long> known) {
    return database.first(LEFT, row -> row.getLong(1), ids(known), 1);
  }

  /**
   * Marks a job, for whose row it waits, and the unlocked rows below it and below the known jobs.
   *
   * @param known the jobs marked before; the newly marked ones are added
   */
  public static List<Found> mark(Tx tx, long job, Set<Long> known) {
    known.add(job);
    Keys keys = new Keys();
    List<Found> found =
        new ArrayList<>(
            tx.list(
                CANCEL_ONE,
                row -> {
                  keys.add(row.getObject(5, Long.class), row.getString(4));
                  return FOUND.read(row);
                },
                job));
    keys.handOn(tx);
    found.addAll(tx.list(CANCEL_BELOW, FOUND, (Object) ids(known)));
    found.forEach(it -> known.add(it.job()));
    return found;
  }

  /** Asks the running ones to stop, all before a waiting one is ended; returns the waiting ones. */
  private List<Found> stop(List<Found> found) {
    long[] others =
        found.stream()
            .filter(Found::running)
            .mapToLong(Found::job)
            .filter(job -> !runner.stop(job, StopReason.CANCELLED))
            .toArray();
    for (long job : others) {
      bell.ring(BELL_CANCEL, Long.toString(job));
    }
    elsewhere.accept(others);
    return found.stream().filter(it -> !it.running()).toList();
  }

  private static long[] ids(Set<Long> jobs) {
    return jobs.stream().mapToLong(it -> it).toArray();
  }

  /** From now on this node ignores the hints of other nodes. */
  @Override
  public void close() {
    looking.close();
  }
}
