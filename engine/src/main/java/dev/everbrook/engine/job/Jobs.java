package dev.everbrook.engine.job;

import dev.everbrook.engine.store.Bell;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Membership;
import dev.everbrook.engine.store.Tx;
import dev.everbrook.engine.world.Loop;
import dev.everbrook.engine.world.World;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The durable queue of this node. Register the handlers, then let it {@link #work}; a node that
 * only enqueues needs neither. Safe for use by many threads.
 */
public final class Jobs implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Jobs.class);
  private static final Duration HANDOVER_WAIT = Duration.ofSeconds(5);
  private static final Duration HANDOVER_LOOK = Duration.ofMillis(10);
  private static final String BELL_READY = "job-ready";
  private static final String BELL_CANCEL = "job-cancel";

  private static final String ENQUEUE =
      """
      INSERT INTO everbrook.job (queue, kind, payload, state, run_at, deadline_at)
      VALUES (?, ?, ?::jsonb, ?, now() + least(?, ?) * interval '1 ms',
              now() + ? * interval '1 ms')
      RETURNING id
      """;

  /** A delayed job becomes ready, so that some node which knows its kind ends it now. */
  private static final String CANCEL =
      """
      UPDATE everbrook.job
         SET cancelled = true, state = CASE state WHEN 'delayed' THEN 'ready' ELSE state END
       WHERE id = ?
      RETURNING state = 'running', queue
      """;

  private final Database database;
  private final Bell bell;
  private final Membership membership;
  private final World world;
  private final Map<String, Kind> kinds = new ConcurrentHashMap<>();
  private final Map<String, Claimer> claimers = new ConcurrentHashMap<>();
  private final Map<String, Loop> claiming = new ConcurrentHashMap<>();
  private final List<Loop> loops = new ArrayList<>();
  private final Claims claims;
  private final JobMeters meters;
  private final Finisher finisher;
  private final Runner runner;
  private volatile @Nullable Loop promoting;

  /** Close it before the bell, the membership and the database's source. */
  public Jobs(
      Database database, Bell bell, Membership membership, World world, MeterRegistry meters) {
    this.meters = new JobMeters(meters);
    this.database = database;
    this.bell = bell;
    this.membership = membership;
    this.world = world;
    this.claims = new Claims(database, world);
    this.finisher = new Finisher(database, this.meters);
    this.runner = new Runner(world, kinds, finisher);
    finisher.onLeft(this::left);
    bell.on(BELL_READY, this::wake);
    bell.on(BELL_CANCEL, note -> runner.stop(Long.parseLong(note), StopReason.CANCELLED));
    bell.onGap(() -> claiming.values().forEach(Loop::wake));
    membership.onLost(runner::lost);
  }

  /** Says who runs jobs of this kind on this node; before {@link #work}. */
  public void handle(String kind, RetryPolicy policy, Handler handler) {
    if (kinds.putIfAbsent(kind, new Kind(handler, policy)) != null) {
      throw new IllegalStateException("jobs of kind " + kind + " have a handler already");
    }
  }

  /**
   * Begins to claim and run jobs.
   *
   * @param places how many jobs of a queue this node runs at once, by queue
   */
  public void work(Map<String, Integer> places) {
    places.forEach((queue, most) -> {
      Claimer claimer =
          new Claimer(queue, most, claims, membership, () -> Set.copyOf(kinds.keySet()), runner);
      claimers.put(queue, claimer);
      claiming.put(queue, Loop.start("claim-" + queue, claimer::step));
    });
    Rescuer rescuer = new Rescuer(database, this::nudge, meters);
    Loop rescuing = Loop.start("rescue", rescuer::step);
    membership.onDeath(rescuing::wake);
    loops.add(rescuing);
    promoting = Loop.start("promote", new Promoter(database, this::nudge)::step);
    loops.add(promoting);
    loops.add(Loop.start("prune", new Pruner(database)::step));
    loops.add(
        Loop.start(
            "oversee", new Overseer(database, membership, runner, world, this::nudge)::step));
  }

  /**
   * Enqueues in the caller's transaction: the job exists if and only if that commits. Where this
   * node has a free place and nothing waits, the job is claimed in the same transaction and runs as
   * soon as that has committed.
   *
   * @return the job's id
   */
  public long enqueue(Tx tx, NewJob job) {
    boolean delayed = !job.delay().isZero();
    Claimer claimer = claimers.get(job.queue());
    Optional<Long> claimed =
        claimer == null || delayed || !tx.tellsItsEnd()
            ? Optional.empty()
            : claimer.enqueue(tx, job);
    return claimed.orElseGet(() -> enqueueWaiting(tx, job, delayed));
  }

  private long enqueueWaiting(Tx tx, NewJob job, boolean delayed) {
    long id =
        tx.only(
            ENQUEUE,
            row -> row.getLong(1),
            job.queue(),
            job.kind(),
            job.payload(),
            delayed ? "delayed" : "ready",
            job.delay().toMillis(),
            job.deadline().toMillis(),
            job.deadline().toMillis());
    if (!delayed && tx.tellsItsEnd()) {
      tx.afterCommit(() -> nudge(job.queue()));
    } else if (!delayed) {
      expect(job.queue());
    }
    return id;
  }

  /** As {@link #enqueue(Tx, NewJob)}, in a transaction that the caller commits by itself. */
  public long enqueue(Connection connection, NewJob job) {
    return enqueue(Tx.joining(connection), job);
  }

  /**
   * Cancels a job wherever it is. One that runs is asked to stop and ends when its handler does;
   * one that waits is ended at once. Idempotent.
   *
   * @return whether there was such a job that had not finished
   */
  public boolean cancel(long job) {
    record Found(boolean running, String queue) {}
    Optional<Found> found =
        database.first(CANCEL, row -> new Found(row.getBoolean(1), row.getString(2)), job);
    if (found.isEmpty()) {
      return false;
    }
    if (!found.get().running()) {
      end(job, found.get().queue());
    } else if (!runner.stop(job, StopReason.CANCELLED)) {
      bell.ring(BELL_CANCEL, Long.toString(job));
    }
    return true;
  }

  /** A job that waits is taken past the queue's places, since ending it is no work to speak of. */
  private void end(long job, String queue) {
    Optional<Claimed> taken = claims.take(membership.node(), job, Set.copyOf(kinds.keySet()));
    if (taken.isPresent()) {
      runner.start(taken.get());
    } else {
      nudge(queue);
    }
  }

  private void left(Run run, Verdict verdict) {
    runner.left(run);
    Claimer claimer = claimers.get(run.claimed().queue());
    Loop loop = claiming.get(run.claimed().queue());
    if (claimer != null && loop != null && !claimer.isCaughtUp()) {
      loop.wake(); // somebody may wait for the place
    }
    Loop promoter = promoting;
    if (verdict instanceof Verdict.RunAgain && promoter != null) {
      promoter.wake(); // it may have to get up earlier than it planned
    }
  }

  /**
   * Tells whoever claims this queue that something is ready: here if there is room, else others.
   */
  private void nudge(String queue) {
    Claimer claimer = claimers.get(queue);
    wake(queue);
    if (claimer == null || claimer.isFull()) {
      bell.ring(BELL_READY, queue);
    }
  }

  /** Something waits. */
  private void wake(String queue) {
    Claimer claimer = claimers.get(queue);
    Loop loop = claiming.get(queue);
    if (claimer != null && loop != null) {
      claimer.behind();
      loop.wake();
    }
  }

  private void expect(String queue) {
    Claimer claimer = claimers.get(queue);
    if (claimer == null) {
      bell.ring(BELL_READY, queue);
    } else {
      claimer.expect();
      wake(queue);
    }
  }

  /** How many jobs run on this node. */
  public int running() {
    return runner.running().size();
  }

  /**
   * Claims no more, asks the running jobs to hand over, waits at most 5 s for them, and writes
   * their verdicts. What has not stopped by then is taken over by others once this node has left.
   */
  @Override
  public void close() {
    claiming.values().forEach(Loop::close);
    runner.stopAll(StopReason.HANDOVER);
    awaitHandover();
    loops.forEach(Loop::close);
    finisher.close();
  }

  private void awaitHandover() {
    long start = world.nanos();
    try {
      while (!runner.running().isEmpty()) {
        if (world.nanos() - start > HANDOVER_WAIT.toNanos()) {
          log.warn("{} jobs did not stop in time; others will take them", runner.running().size());
          return;
        }
        world.rest(HANDOVER_LOOK);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
