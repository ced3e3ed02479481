package dev.everbrook.engine.job;

import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Membership;
import dev.everbrook.engine.world.Loop;
import dev.everbrook.engine.world.World;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What a node does for all queues as soon as it works anything, each in a loop of its own: any node
 * may, and one at least has to. Safe for use by many threads.
 */
final class Chores implements AutoCloseable {

  /** What they are done with. */
  record Rooms(
      Database database,
      Membership membership,
      World world,
      JobSettings settings,
      Supplier<Set<String>> kinds,
      Nudges nudges,
      Claims claims,
      Runner runner,
      Finisher finisher,
      Settling settling,
      Queues queues,
      Loop.Step endOverdue,
      JobMeters meters) {}

  private final Rooms rooms;
  private final List<Loop> loops = new ArrayList<>();
  private Runnable listener = () -> {};
  private boolean over;

  Chores(Rooms rooms) {
    this.rooms = rooms;
  }

  /** Calls {@code action} once, before they begin. */
  synchronized void onBegin(Runnable action) {
    listener = action;
  }

  /** Begins, unless they have begun or are over. */
  synchronized void begin() {
    if (!loops.isEmpty() || over) {
      return;
    }
    listener.run();
    Database database = rooms.database();
    Nudges nudges = rooms.nudges();
    Rescuer rescuer = new Rescuer(database, nudges::nudge, rooms.meters());
    Loop rescuing = rooms.world().loop("rescue", Loop.modest(rescuer::step));
    rooms.membership().onGone(rescuing::wake);
    loops.add(rescuing);
    loops.add(rooms.world().loop("overdue", Loop.modest(rooms.endOverdue())));
    Loop promoting = rooms.world().loop("promote", new Promoter(database, nudges::nudge)::step);
    nudges.promoter(promoting);
    loops.add(promoting);
    loops.add(
        rooms.world().loop("bury", Loop.modest(new Burier(burying(), Burier.Grace.NORMAL)::step)));
    QueueGauges gauges = new QueueGauges(database, rooms.queues(), rooms.settings().meters());
    loops.add(rooms.world().loop("gauges", Loop.modest(gauges::step)));
    loops.add(
        rooms.world().loop("history", new Historian(database, rooms.settings().history())::step));
    Overseer overseer = overseer();
    loops.add(rooms.world().loop("oversee", overseer::watch));
    loops.add(rooms.world().loop("obey", overseer::obey));
    loops.add(rooms.world().loop("strays", Loop.modest(overseer::lookForStrays)));
  }

  private Overseer overseer() {
    return new Overseer(
        rooms.database(), rooms.membership(), rooms.runner(), rooms.world(), rooms.nudges()::nudge);
  }

  /** Once no verdict will be written any more. */
  void leave() {
    overseer().leave();
  }

  private Burier.Rooms burying() {
    return new Burier.Rooms(
        rooms.database(),
        rooms.world(),
        rooms.claims(),
        rooms.membership()::node,
        rooms.kinds(),
        rooms.runner(),
        rooms.finisher(),
        rooms.settling());
  }

  /** From here on they do not begin. */
  synchronized void noMore() {
    over = true;
  }

  @Override
  public synchronized void close() {
    over = true;
    Loop.closeAll(loops);
  }
}
