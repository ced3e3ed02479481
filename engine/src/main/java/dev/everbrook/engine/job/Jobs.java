package dev.everbrook.engine.job;

import dev.everbrook.engine.store.Bell;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Membership;
import dev.everbrook.engine.store.Tx;
import dev.everbrook.engine.world.World;
import java.sql.Connection;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The durable queue of this node. Register the handlers, then let it {@link #work}; a node that
 * only enqueues needs neither. Safe for use by many threads.
 *
 * <p>Methods that touch the database throw {@link dev.everbrook.engine.store.StoreFailure}, which
 * says whether trying again can help.
 */
public final class Jobs implements AutoCloseable {

  private final Membership membership;
  private final World world;
  private final Map<String, Kind> kinds = new ConcurrentHashMap<>();
  private final Nudges nudges;
  private final Claims claims;
  private final JobMeters meters;
  private final Duration grace;
  private final Offering offering;
  private final Lanes lanes;
  private final Queues queues;
  private final Family family;
  private final Finisher finisher;
  private final Runner runner;
  private final Cancelling cancelling;
  private final Coalescing coalescing;
  private final JobList list;
  private final JobControl control;
  private final Workforce workforce;
  private final Chores chores;

  /** Close it before the bell, the membership and the database's source. */
  public Jobs(
      Database database, Bell bell, Membership membership, World world, JobSettings settings) {
    this.meters = new JobMeters(settings.meters());
    this.grace = settings.grace();
    this.membership = membership;
    this.world = world;
    this.claims = new Claims(database, world);
    Waiting waiting = new Waiting();
    this.nudges = new Nudges(bell, waiting);
    Intake intake = new Intake();
    this.offering = new Offering(database, intake, nudges);
    this.lanes = new Lanes(database, bell, nudges::nudgeAll);
    this.queues = new Queues(database, nudges::nudgeAll);
    this.family = new Family(database, intake);
    VerdictTable table = new VerdictTable();
    this.finisher = new Finisher(new VerdictWriter(database, table), lanes, this.meters, world);
    Aftermath aftermath = new Aftermath(database, table, family, lanes, nudges, this.meters);
    Traces traces = new Traces(settings.telemetry());
    RunMeters runs = new RunMeters(settings.meters());
    Execution execution = new Execution(world, aftermath, finisher, traces, runs);
    this.runner = new Runner(world, kinds, finisher, aftermath, execution);
    this.meters.running(runner);
    this.cancelling = new Cancelling(database, bell, runner, world, this::end);
    this.coalescing = new Coalescing(database, intake, world, nudges::enqueued);
    this.list = new JobList(database);
    RemoteRuns remote = new RemoteRuns(runs, world);
    Settling settling =
        new Settling(
            new Settling.Rooms(database, world, table, lanes, nudges, this.meters, remote));
    this.chores =
        new Chores(
            new Chores.Rooms(
                database,
                membership,
                world,
                settings,
                this::kinds,
                nudges,
                claims,
                runner,
                finisher,
                settling,
                queues,
                this::endOverdue,
                this.meters));
    Holdings holdings = new Holdings(database, claims);
    Beats beats = new Beats(database);
    this.workforce =
        new Workforce(
            new Workforce.Rooms(
                new WorkerTable(database),
                kinds.keySet(),
                new Assigning(new Portions(claims), holdings, settling, waiting, remote, world),
                holdings,
                settling,
                family,
                nudges,
                beats,
                world),
            chores::begin);
    this.control = new JobControl(database, nudges::nudge, this::enqueue);
    control.handlers((kind, handler) -> handle(kind, Sweeping.POLICY, handler));
    cancelling.onElsewhere(beats::cancelled);
    bell.on(Cancelling.BELL_CANCEL, note -> beats.cancelled(Long.parseLong(note)));
    finisher.onLeft(this::left);
    finisher.onReady(nudges::nudge);
    runner.onHungry(nudges::freed);
    membership.onLost(runner::lost);
  }

  /** Says who runs jobs of this kind on this node; before {@link #work}. */
  public void handle(String kind, RetryPolicy policy, Handler handler) {
    handle(kind, policy, handler, Ending.NONE);
  }

  /** As {@link #handle(String, RetryPolicy, Handler)}, with what is written when a job ends. */
  public void handle(String kind, RetryPolicy policy, Handler handler, Ending ending) {
    BatchHandler single = runs -> List.of(handler.run(runs.getFirst()));
    register(kind, new Kind(single, handler, policy, 1, ending));
  }

  /**
   * Says who runs jobs of this kind on this node, several with one call; before {@link #work}.
   *
   * @param together how many at most, 1 to 1,000; they take one of the queue's places
   */
  public void handleBatch(String kind, RetryPolicy policy, int together, BatchHandler handler) {
    if (together < 1 || together > Intake.BATCH_MAX) {
      throw new IllegalArgumentException(
          "a batch must have 1 to " + Intake.BATCH_MAX + " jobs, had " + together);
    }
    Handler single = run -> handler.run(List.of(run)).getFirst();
    register(kind, new Kind(handler, single, policy, together, Ending.NONE));
  }

  private void register(String name, Kind kind) {
    if (kinds.putIfAbsent(name, kind) != null) {
      throw new IllegalStateException("jobs of kind " + name + " have a handler already");
    }
  }

  /**
   * Begins to claim and run jobs of these queues, whose handlers are known by now. May be called
   * again for other queues.
   *
   * @param places how many jobs of a queue this node runs at once, by queue; 1 at least
   * @throws IllegalArgumentException if a queue cannot have such a name or so few places
   * @throws IllegalStateException if this node works one of them already; like the other, before
   *     any is begun
   */
  public synchronized void work(Map<String, Integer> places) {
    Claimer.Shared shared =
        new Claimer.Shared(claims, membership, this::kinds, runner, finisher, world);
    Map<String, Integer> all = new HashMap<>(places);
    if (nudges.claimer(JobControl.QUEUE).isEmpty()) {
      all.putIfAbsent(JobControl.QUEUE, JobControl.PLACES);
    }
    all.forEach(nudges::checkBegin);
    all.forEach((queue, most) -> {
      nudges.begin(queue, new Claimer(queue, runner.open(queue, most), shared), world);
    });
    chores.begin();
  }

  private Duration endOverdue() {
    return workforce.endOverdue();
  }

  private Set<String> kinds() {
    return Set.copyOf(kinds.keySet());
  }

  /**
   * Calls {@code listener} once, when this node begins to work anything, for others to work too.
   */
  public void onWork(Runnable listener) {
    chores.onBegin(listener);
  }

  /**
   * Enqueues in the caller's transaction: the job exists if and only if that commits. Where this
   * node has a free place and nothing waits, the job is claimed in the same transaction and runs as
   * soon as that has committed.
   *
   * @return the job's id, or that of the one with the same dedupe key
   */
  public long enqueue(Tx tx, NewJob job) {
    return offer(tx, job).job();
  }

  /** As {@link #enqueue(Tx, NewJob)}, in a transaction that the caller commits by itself. */
  public long enqueue(Connection connection, NewJob job) {
    return enqueue(Tx.joining(connection), job);
  }

  /**
   * As {@link #enqueue(Tx, NewJob)}, in a transaction of its own: the job is durable when this
   * returns.
   */
  public long enqueue(NewJob job) {
    return offering.enqueue(job);
  }

  /** As {@link #enqueue(Tx, NewJob)}, and tells what its dedupe key made of it. */
  public Enqueued offer(Tx tx, NewJob job) {
    return offering.offer(tx, job);
  }

  /**
   * Enqueues many jobs in the caller's transaction, a thousand with a statement, or fewer where
   * their payloads are long.
   *
   * @param jobs at most 100,000, without dedupe keys
   * @return their ids, in the same order
   */
  public List<Long> enqueueAll(Tx tx, List<NewJob> jobs) {
    return offering.enqueueAll(tx, jobs);
  }

  /**
   * As {@link #enqueueAll}, of jobs that may have dedupe keys, and tells what became of each: as if
   * they were offered one after the other, but for a fraction of the cost.
   *
   * @param jobs at most 100,000
   */
  public List<Enqueued> offerAll(Tx tx, List<NewJob> jobs) {
    return offering.offerAll(tx, jobs);
  }

  /**
   * Enqueues in a transaction that it shares with whoever enqueues at the same time: many callers
   * pay for one commit. The job is durable when the future completes. Waits while 10,000 others, or
   * 32 Mi characters of payloads, wait to be written.
   *
   * @param job without a dedupe key
   * @return the job's id; fails with {@link dev.everbrook.engine.store.StoreFailure}, and then
   *     nobody knows whether the job exists, unless that says it was rolled back
   */
  public CompletableFuture<Long> enqueueAsync(NewJob job) throws InterruptedException {
    Offering.refuseKey(job);
    return coalescing.submit(job, Traces.here());
  }

  /**
   * Enqueues a job that runs when its children have ended, and all below them, in the caller's
   * transaction; at most 1,000 jobs in all.
   *
   * @return the parent's id; its children are read by {@link Run#children}
   */
  public long enqueue(Tx tx, NewJob parent, List<Child> children) {
    Offering.refuseKey(parent);
    if (children.isEmpty()) {
      throw new IllegalArgumentException("a parent needs at least one child to wait for");
    }
    long id = family.enqueue(tx, parent, children, Traces.here());
    offering.announce(tx, family.jobs(children));
    return id;
  }

  /**
   * Cancels a job wherever it is, and those it waits for. One that runs is asked to stop and ends
   * when its handler does; one that waits is ended at once. Idempotent.
   *
   * @return whether there was such a job that had not finished
   */
  public boolean cancel(long job) {
    return cancelling.cancel(job);
  }

  /** A job that waits is taken past the queue's places, since ending it is no work to speak of. */
  private void end(long job, String queue) {
    Optional<Claimed> taken;
    try (Underway.Claim _ = claims.underway().begin()) {
      taken = claims.take(membership.node(), job, kinds());
      taken.ifPresent(runner::start);
    }
    if (taken.isEmpty()) {
      nudges.nudge(queue);
    }
  }

  /** All jobs, those that have ended too. */
  public JobList list() {
    return list;
  }

  /** What an operator does with jobs. */
  public JobControl control() {
    return control;
  }

  /** What lanes may do, and closing them. */
  public Lanes lanes() {
    return lanes;
  }

  /** Queues as their operator sees them. */
  public Queues queues() {
    return queues;
  }

  /** Workers in other processes, and what they may ask. */
  public Workforce workforce() {
    return workforce;
  }

  private void left(Run run, Verdict verdict) {
    runner.left(run);
    nudges.freed(run.claimed().queue());
    if (verdict instanceof Verdict.RunAgain) {
      nudges.later();
    }
  }

  /** How many jobs are on this node. */
  public int running() {
    return runner.running().size();
  }

  /**
   * Claims no more, lets the running jobs go on for the time that {@link JobSettings#grace} gives
   * them, asks the others to hand over, waits at most 5 s for that, and writes all verdicts. What
   * has not stopped by then is given back nevertheless: what it does from here on is void.
   */
  @Override
  public void close() {
    chores.noMore();
    nudges.end();
    runner.handOver(grace);
    coalescing.close();
    cancelling.close();
    chores.close();
    finisher.close();
    chores.leave();
  }
}
