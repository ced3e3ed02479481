package dev.everbrook.engine.stream;

import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.world.Loop;
import dev.everbrook.engine.world.World;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * What is done to streams in the background, by every node that works: packing what has ended,
 * removing what is too old, sweeping what was removed. Safe for use by many threads.
 */
public final class Upkeep implements AutoCloseable {

  private final Database database;
  private final World world;
  private final UpkeepSettings settings;
  private final List<Loop> loops = new CopyOnWriteArrayList<>();
  private volatile @Nullable Loop sweeping;

  public Upkeep(Database database, World world, UpkeepSettings settings) {
    this.database = database;
    this.world = world;
    this.settings = settings;
  }

  /** Begins; once. The caller closes it before the database's source. */
  public void start() {
    Loop sweep = world.loop("sweep", new Sweeper(database)::step);
    sweeping = sweep;
    loops.add(sweep);
    loops.add(world.loop("pack", new Packer(database, settings.packAfter())::step));
    settings
        .keep()
        .map(keep -> world.loop("retain", new Retention(database, keep, this::sweepSoon)::step))
        .ifPresent(loops::add);
  }

  /** There is something to sweep; where this node does not work, another finds it by looking. */
  public void sweepSoon() {
    Loop loop = sweeping;
    if (loop != null) {
      loop.wake();
    }
  }

  /** Ends each after its present step, which is rolled back if it does not end by itself. */
  @Override
  public void close() {
    Loop.closeAll(loops);
  }
}
