package dev.everbrook.engine.job.node;

import dev.everbrook.engine.job.Queues;
import dev.everbrook.engine.job.claim.Claims;
import dev.everbrook.engine.job.claim.QueueNotifier;
import dev.everbrook.engine.job.finish.Finisher;
import dev.everbrook.engine.job.finish.JobMeters;
import dev.everbrook.engine.job.remote.RemoteCompleter;
import dev.everbrook.engine.job.run.RunReconciler;
import dev.everbrook.engine.job.run.Runner;
import dev.everbrook.engine.job.upkeep.ExpiredJobReaper;
import dev.everbrook.engine.job.upkeep.HistoryPruner;
import dev.everbrook.engine.job.upkeep.Promoter;
import dev.everbrook.engine.job.upkeep.QueueGauges;
import dev.everbrook.engine.job.upkeep.Rescuer;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Membership;
import dev.everbrook.engine.world.Loop;
import dev.everbrook.engine.world.World;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The upkeep of all queues, a loop for each duty, begun as soon as the node works a queue or serves
 * remote workers. Any node may do it, and at least one must. Safe for use by many threads.
 */
public final class Maintenance implements AutoCloseable {

  /** The collaborators. */
  public record Parts(
      Database database,
      Membership membership,
      World world,
      JobSettings settings,
      Supplier<Set<String>> kinds,
      QueueNotifier notifier,
      Claims claims,
      Runner runner,
      Finisher finisher,
      RemoteCompleter completer,
      Queues queues,
      Loop.Step endOverdue,
      JobMeters meters) {}

  private final Parts parts;
  private final List<Loop> loops = new ArrayList<>();
  private Runnable listener = () -> {};
  private boolean over;

  public Maintenance(Parts parts) {
    this.parts = parts;
  }

  /** Calls {@code action} once, before the loops begin. */
  public synchronized void onBegin(Runnable action) {
    listener = action;
  }

  /** Begins the loops, unless they have begun or have been closed. */
  public synchronized void begin() {
    if (!loops.isEmpty() || over) {
      return;
    }
    listener.run();
    Database database = parts.database();
    QueueNotifier notifier = parts.notifier();
    Rescuer rescuer = new Rescuer(database, notifier::wake, parts.meters());
    Loop rescuing = parts.world().loop("rescue", Loop.modest(rescuer::step));
    parts.membership().onGone(rescuing::wake);
    loops.add(rescuing);
    loops.add(parts.world().loop("overdue", Loop.modest(parts.endOverdue())));
    Loop promoting = parts.world().loop("promote", new Promoter(database, notifier::wake)::step);
    notifier.promoter(promoting);
    loops.add(promoting);
    loops.add(
        parts
            .world()
            .loop(
                "bury",
                Loop.modest(new ExpiredJobReaper(burying(), ExpiredJobReaper.Grace.NORMAL)::step)));
    QueueGauges gauges = new QueueGauges(database, parts.queues(), parts.settings().meters());
    loops.add(parts.world().loop("gauges", Loop.modest(gauges::step)));
    loops.add(
        parts
            .world()
            .loop("history", new HistoryPruner(database, parts.settings().history())::step));
    RunReconciler overseer = overseer();
    loops.add(parts.world().loop("oversee", overseer::watch));
    loops.add(parts.world().loop("obey", overseer::obey));
    loops.add(parts.world().loop("strays", Loop.modest(overseer::lookForStrays)));
  }

  private RunReconciler overseer() {
    return new RunReconciler(
        new RunReconciler.Parts(
            parts.database(),
            parts.membership(),
            parts.runner(),
            parts.claims().underway(),
            parts.world(),
            parts.notifier()::wake));
  }

  /** Gives back the jobs that have not handed over; call it after the last verdict is written. */
  public void leave() {
    overseer().leave();
  }

  private ExpiredJobReaper.Parts burying() {
    return new ExpiredJobReaper.Parts(
        parts.database(),
        parts.world(),
        parts.claims(),
        parts.membership()::node,
        parts.kinds(),
        parts.runner(),
        parts.finisher(),
        parts.completer());
  }

  /** From now on the loops do not begin. */
  public synchronized void noMore() {
    over = true;
  }

  @Override
  public synchronized void close() {
    over = true;
    Loop.closeAll(loops);
  }
}
