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
import dev.everbrook.engine.store.Sql;
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
 * Cancels jobs wherever they are, with all they wait for. What another node cancels is heard
 * through the bell, which only says where to look: a run is stopped if its row says so. Safe for
 * use by many threads.
 *
 * <p>The end of a job holds its row and waits for that of its parent. So the root's row is waited
 * for by a statement that holds no other, and below it none is waited for: what others hold just
 * then is ending, is being claimed, or is splitting into children of its own. It is looked for
 * again, after what was marked has been told to stop, until nothing is left.
 */
public final class Canceller implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Canceller.class);

  public static final String BELL_CANCEL = "job-cancel";

  /** Cancels what is left below a job that was cancelled. */
  public static final JobType<Root, Void> REST =
      new JobType<>("everbrook.cancel", Root.class, Void.class, JobControl.QUEUE);

  /** The payload of such a job. */
  public record Root(long job) {}

  /** How often it is looked for what was held by others. */
  private static final int LOOKS_MAX = 1_000;

  /**
   * What waits becomes ready, so that a node which knows its kind ends it. Its key is free, or is
   * that of what follows it: see {@link #HAND_ON}.
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
   * Else what comes with the key would not meet what follows already, which is older and would run
   * after it or beside it. A statement of its own: two rows cannot have a key for a moment.
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

  /** How many may wait to be looked at; the overseer finds what comes with one more. */
  private static final int HEARD_MAX = 10_000;

  private static final Duration IDLE = Duration.ofSeconds(10);
  private static final Duration REST_MAX = Duration.ofDays(7);

  /** The same of the rows below that no other transaction holds; a child has no key to hand on. */
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

  private static final String FIRST_LEFT =
      """
      WITH RECURSIVE tree AS (
             SELECT unnest(?::bigint[]) AS id
             UNION
             SELECT child.id FROM tree JOIN everbrook.job child ON child.parent = tree.id)
      SELECT id FROM everbrook.job
       WHERE id = ANY (ARRAY(SELECT id FROM tree)) AND NOT cancelled ORDER BY id LIMIT 1
      """;

  /** Keys of jobs that were cancelled, and what follows these. Used by one thread. */
  static final class Keys {
    private final List<Long> followers = new ArrayList<>();
    private final List<String> keys = new ArrayList<>();

    /** One that has no key, or is followed by nothing, has none to hand on. */
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
   * @param end ends a job that waits, of this queue
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

  /** Tells {@code listener} of running jobs that were cancelled here and do not run here. */
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

  /** Returns whether there was such a job that had not finished. */
  public boolean cancel(long job) {
    Set<Long> known = new TreeSet<>();
    List<Found> found = database.tx(tx -> mark(tx, job, known));
    if (!found.isEmpty()) {
      goOn(job, found, known);
    }
    return !found.isEmpty();
  }

  /**
   * As {@link #cancel(long)}, in the caller's transaction. Rows that others hold cannot be waited
   * for in it, as it holds the root's: so a job of the engine's, which exists if the caller
   * commits, cancels them after that.
   *
   * @param enqueue enqueues that job
   */
  public boolean cancel(Tx tx, long job, BiConsumer<Tx, NewJob> enqueue) {
    Set<Long> known = new TreeSet<>();
    List<Found> found = mark(tx, job, known);
    if (found.isEmpty()) {
      return false;
    }
    if (left(tx, known).isPresent()) {
      enqueue.accept(tx, REST.job(new Root(job)).within(REST_MAX));
    }
    tx.afterCommit(() -> end(stop(found)));
    return true;
  }

  /** Runs the jobs that {@link #cancel(Tx, long, BiConsumer)} enqueues. */
  public Handler rest() {
    return REST.handler((_, root) -> {
      Set<Long> known = new TreeSet<>();
      goOn(root.job(), database.tx(tx -> mark(tx, root.job(), known)), known);
      return new Outcome.Done();
    });
  }

  private void goOn(long job, List<Found> found, Set<Long> known) {
    List<Found> waiting = new ArrayList<>(stop(found));
    Optional<Long> left = left(database, known);
    for (int i = 0; i < LOOKS_MAX && left.isPresent(); i++) {
      long next = left.get();
      waiting.addAll(stop(database.tx(tx -> mark(tx, next, known))));
      left = left(database, known);
    }
    left.ifPresent(it ->
        log.warn("job {} was cancelled, but not job {} below it: cancel it by itself", job, it));
    end(waiting);
  }

  private void end(List<Found> waiting) {
    waiting.forEach(each -> end.accept(each.job(), each.queue()));
  }

  private static Optional<Long> left(Sql sql, Set<Long> known) {
    return sql.first(FIRST_LEFT, row -> row.getLong(1), (Object) ids(known));
  }

  /**
   * Marks a job, for whose row it waits, and the rows below it that are free and all others known.
   *
   * @param known all that were marked before; what is marked now is added
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

  /** Tells those that run, all of them before one that waits is ended; returns the others. */
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

  /** From here on this node does not hear of what others cancel. */
  @Override
  public void close() {
    looking.close();
  }
}
