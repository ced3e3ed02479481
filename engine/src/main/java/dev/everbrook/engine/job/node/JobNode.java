package dev.everbrook.engine.job.node;

import dev.everbrook.engine.job.BatchHandler;
import dev.everbrook.engine.job.Child;
import dev.everbrook.engine.job.EndHook;
import dev.everbrook.engine.job.Enqueued;
import dev.everbrook.engine.job.Handler;
import dev.everbrook.engine.job.JobControl;
import dev.everbrook.engine.job.JobEnd;
import dev.everbrook.engine.job.JobList;
import dev.everbrook.engine.job.Jobs;
import dev.everbrook.engine.job.Lanes;
import dev.everbrook.engine.job.NewJob;
import dev.everbrook.engine.job.Queues;
import dev.everbrook.engine.job.RemoteWorkers;
import dev.everbrook.engine.job.RetryPolicy;
import dev.everbrook.engine.job.admin.AwaitedJobs;
import dev.everbrook.engine.job.admin.Canceller;
import dev.everbrook.engine.job.admin.JobOperations;
import dev.everbrook.engine.job.admin.JobReader;
import dev.everbrook.engine.job.admin.Sweeper;
import dev.everbrook.engine.job.claim.BoundedClaims;
import dev.everbrook.engine.job.claim.Claimed;
import dev.everbrook.engine.job.claim.Claims;
import dev.everbrook.engine.job.claim.HeldJobs;
import dev.everbrook.engine.job.claim.OpenClaims;
import dev.everbrook.engine.job.claim.QueueNotifier;
import dev.everbrook.engine.job.claim.WaitingWorkers;
import dev.everbrook.engine.job.enqueue.BatchInserter;
import dev.everbrook.engine.job.enqueue.Enqueuer;
import dev.everbrook.engine.job.enqueue.Family;
import dev.everbrook.engine.job.enqueue.JobInserter;
import dev.everbrook.engine.job.enqueue.TraceParent;
import dev.everbrook.engine.job.finish.Finisher;
import dev.everbrook.engine.job.finish.JobMeters;
import dev.everbrook.engine.job.finish.VerdictTable;
import dev.everbrook.engine.job.finish.VerdictWriter;
import dev.everbrook.engine.job.lane.LaneTable;
import dev.everbrook.engine.job.lane.QueueTable;
import dev.everbrook.engine.job.remote.Assigner;
import dev.everbrook.engine.job.remote.Heartbeats;
import dev.everbrook.engine.job.remote.RegisteredWorkers;
import dev.everbrook.engine.job.remote.RemoteCompleter;
import dev.everbrook.engine.job.remote.RemoteRuns;
import dev.everbrook.engine.job.remote.WorkerTable;
import dev.everbrook.engine.job.run.Claimer;
import dev.everbrook.engine.job.run.Execution;
import dev.everbrook.engine.job.run.Kind;
import dev.everbrook.engine.job.run.OutcomeEffects;
import dev.everbrook.engine.job.run.RunMeters;
import dev.everbrook.engine.job.run.Runner;
import dev.everbrook.engine.job.run.Traces;
import dev.everbrook.engine.store.Bell;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Membership;
import dev.everbrook.engine.store.Tx;
import dev.everbrook.engine.world.World;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;

/** The jobs of one node, wired: each part is constructed here, and closed in reverse. */
public final class JobNode implements Jobs, AutoCloseable {

  private final Membership membership;
  private final World world;
  private final Map<String, Kind> kinds = new ConcurrentHashMap<>();
  private final QueueNotifier notifier;
  private final Claims claims;
  private final JobMeters meters;
  private final Duration grace;
  private boolean ownBegun; // the engine's own queue; guarded by this, as the next field
  private boolean closed;
  private final Enqueuer enqueuer;
  private final LaneTable lanes;
  private final QueueTable queues;
  private final Family family;
  private final Finisher finisher;
  private final Runner runner;
  private final Canceller cancelling;
  private final BatchInserter batches;
  private final AwaitedJobs awaited;
  private final JobList list;
  private final JobOperations control;
  private final RegisteredWorkers remoteWorkers;
  private final Maintenance maintenance;

  /** Close it before the bell, the membership and the database's source. */
  public JobNode(
      Database database, Bell bell, Membership membership, World world, JobSettings settings) {
    this.meters = new JobMeters(settings.meters());
    this.grace = settings.grace();
    this.membership = membership;
    this.world = world;
    this.claims = new Claims(database, world);
    WaitingWorkers waiting = new WaitingWorkers();
    this.notifier = new QueueNotifier(bell, waiting);
    JobInserter inserter = new JobInserter();
    this.enqueuer = new Enqueuer(database, inserter, notifier);
    this.lanes = new LaneTable(database, bell, notifier::wakeAll);
    this.queues = new QueueTable(database, notifier::wakeAll);
    this.family = new Family(database, inserter);
    VerdictTable table = new VerdictTable();
    this.finisher =
        new Finisher(new VerdictWriter(database, table), lanes, notifier, this.meters, world);
    OutcomeEffects effects =
        new OutcomeEffects(database, table, family, lanes, notifier, this.meters);
    Traces traces = new Traces(settings.telemetry());
    RunMeters runs = new RunMeters(settings.meters());
    Execution execution = new Execution(world, effects, finisher, traces, runs);
    this.runner = new Runner(world, kinds, finisher, effects, notifier, execution);
    this.meters.running(runner.running());
    this.cancelling = new Canceller(database, bell, runner, world, this::end);
    this.awaited = new AwaitedJobs(database, world);
    runner.onLeft(awaited::left);
    this.batches = new BatchInserter(database, inserter, world, notifier::enqueued);
    this.list = new JobReader(database);
    RemoteRuns remote = new RemoteRuns(runs, world);
    RemoteCompleter completer =
        new RemoteCompleter(
            new RemoteCompleter.Parts(
                database, world, table, lanes, notifier, this.meters, remote));
    completer.onLeft(awaited::left);
    this.maintenance =
        new Maintenance(
            new Maintenance.Parts(
                database,
                membership,
                world,
                settings,
                this::kinds,
                notifier,
                claims,
                runner,
                finisher,
                completer,
                queues,
                this::endOverdue,
                this.meters));
    HeldJobs held = new HeldJobs(database, world);
    Heartbeats beats = new Heartbeats(database);
    this.remoteWorkers =
        new RegisteredWorkers(
            new RegisteredWorkers.Parts(
                new WorkerTable(database),
                kinds.keySet(),
                new Assigner(new BoundedClaims(claims), held, completer, waiting, remote, world),
                held,
                completer,
                family,
                notifier,
                beats,
                world),
            maintenance::begin);
    this.control = new JobOperations(database, notifier, this::enqueue);
    control.handlers((kind, handler) -> handle(kind, Sweeper.POLICY, handler));
    handle(Canceller.REST.kind(), Sweeper.POLICY, cancelling.rest());
    cancelling.onElsewhere(beats::cancelled);
    bell.on(Canceller.BELL_CANCEL, note -> beats.cancelled(Long.parseLong(note)));
    membership.onLost(runner::lost);
  }

  @Override
  public void handle(String kind, RetryPolicy policy, Handler handler, EndHook ending) {
    BatchHandler single = runs -> List.of(handler.run(runs.getFirst()));
    register(kind, new Kind(single, handler, policy, 1, ending));
  }

  @Override
  public void handleBatch(String kind, RetryPolicy policy, int together, BatchHandler handler) {
    if (together < 1 || together > JobInserter.BATCH_MAX) {
      throw new IllegalArgumentException(
          "a batch must have 1 to " + JobInserter.BATCH_MAX + " jobs, had " + together);
    }
    Handler single = run -> handler.run(List.of(run)).getFirst();
    register(kind, new Kind(handler, single, policy, together, EndHook.NONE));
  }

  private void register(String name, Kind kind) {
    if (kinds.putIfAbsent(name, kind) != null) {
      throw new IllegalStateException("jobs of kind " + name + " have a handler already");
    }
  }

  @Override
  public synchronized void work(Map<String, Integer> slots) {
    Claimer.Shared shared =
        new Claimer.Shared(claims, membership, this::kinds, runner, finisher, world);
    refuseClosed();
    Map<String, Integer> all = new HashMap<>(slots);
    if (!ownBegun) {
      all.putIfAbsent(JobControl.QUEUE, JobOperations.SLOTS);
    }
    all.forEach(notifier::checkBegin);
    all.forEach((queue, most) -> {
      notifier.begin(queue, new Claimer(queue, runner.open(queue, most), shared), world);
    });
    ownBegun = true;
    maintenance.begin();
  }

  private void refuseClosed() {
    if (closed) {
      throw new IllegalStateException("this node is closed, and works no queue");
    }
  }

  @Override
  public synchronized void resize(String queue, int slots) {
    if (slots < 1) {
      throw new IllegalArgumentException(
          "queue '" + queue + "' needs 1 slot at least, had " + slots + "; stop it instead");
    }
    refuseClosed();
    if (notifier.claimer(queue).isEmpty()) {
      throw new IllegalStateException(
          "this node does not work queue '" + queue + "': begin it with work");
    }
    runner.open(queue, slots);
    notifier.freed(queue);
  }

  @Override
  public void stop(String queue) {
    Runnable awaitClaim;
    synchronized (this) {
      if (closed || notifier.claimer(queue).isEmpty()) {
        return;
      }
      awaitClaim = notifier.stop(queue);
      runner.close(queue);
    }
    awaitClaim.run();
  }

  /** Ends the overdue jobs of remote workers; returns the time to rest. */
  public Duration endOverdue() {
    return remoteWorkers.endOverdue();
  }

  private Set<String> kinds() {
    return Set.copyOf(kinds.keySet());
  }

  /**
   * Calls {@code listener} once, when this node first works a queue or serves remote workers, for
   * the upkeep of other rooms.
   */
  public void onWork(Runnable listener) {
    maintenance.onBegin(listener);
  }

  @Override
  public long enqueue(NewJob job) {
    return enqueuer.enqueue(job);
  }

  @Override
  public Enqueued offer(Tx tx, NewJob job) {
    return enqueuer.offer(tx, job);
  }

  @Override
  public List<Long> enqueueAll(Tx tx, List<NewJob> jobs) {
    return enqueuer.enqueueAll(tx, jobs);
  }

  @Override
  public List<Enqueued> offerAll(Tx tx, List<NewJob> jobs) {
    return enqueuer.offerAll(tx, jobs);
  }

  @Override
  public CompletableFuture<Long> enqueueAsync(NewJob job) throws InterruptedException {
    Enqueuer.refuseKey(job);
    return batches.submit(job, TraceParent.current());
  }

  @Override
  public long enqueue(Tx tx, NewJob parent, List<Child> children) {
    Enqueuer.refuseKey(parent);
    if (children.isEmpty()) {
      throw new IllegalArgumentException("a parent needs at least one child to wait for");
    }
    long id = family.enqueue(tx, parent, children, TraceParent.current());
    enqueuer.announce(tx, family.jobs(children));
    return id;
  }

  @Override
  public JobEnd awaitEnd(long job, Duration most) throws InterruptedException, TimeoutException {
    return awaited.await(job, most);
  }

  @Override
  public boolean cancel(long job) {
    return cancelling.cancel(job);
  }

  @Override
  public boolean cancel(Tx tx, long job) {
    return cancelling.cancel(tx, job, this::enqueue);
  }

  /** Claims and ends a waiting job without needing a free slot, because that is cheap. */
  private void end(long job, String queue) {
    Optional<Claimed> taken;
    try (OpenClaims.Claim _ = claims.underway().begin()) {
      taken = claims.take(membership.node(), job, kinds());
      taken.ifPresent(runner::start);
    }
    if (taken.isEmpty()) {
      notifier.wake(queue);
    }
  }

  @Override
  public JobList list() {
    return list;
  }

  @Override
  public JobControl control() {
    return control;
  }

  @Override
  public Lanes lanes() {
    return lanes;
  }

  @Override
  public Queues queues() {
    return queues;
  }

  @Override
  public RemoteWorkers remoteWorkers() {
    return remoteWorkers;
  }

  @Override
  public int running() {
    return runner.running().size();
  }

  /** As {@link #close(Duration)}, with the grace of the settings. */
  @Override
  public void close() {
    close(grace);
  }

  /**
   * Claims no more, lets runs go on for the grace, asks the others to hand over, waits at most 5 s
   * for that, and writes all verdicts. Jobs whose runs have not stopped by then are given back all
   * the same: from then on such a run can write nothing.
   */
  public void close(Duration grace) {
    synchronized (this) {
      closed = true; // from now on no queue begins
    }
    maintenance.noMore();
    notifier.end();
    runner.handOver(grace);
    batches.close();
    cancelling.close();
    maintenance.close();
    finisher.close();
    awaited.close();
    maintenance.leave();
  }
}
