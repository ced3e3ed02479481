package dev.everbrook.engine.stream;

import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.world.Loop;
import dev.everbrook.engine.world.World;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * The background work on streams, on every working node: packing ended streams, removing old ones,
 * sweeping removed ones. Safe for use by many threads.
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

  /** Starts the loops. Call it once. The caller closes the upkeep before the database's source. */
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

  /**
   * Wakes the sweeper of this node; if this node runs none, another node's sweeper finds the stream
   * by itself.
   */
  public void sweepSoon() {
    Loop loop = sweeping;
    if (loop != null) {
      loop.wake();
    }
  }

  /** Ends each loop after its current step; a step that does not end is rolled back. */
  @Override
  public void close() {
    Loop.closeAll(loops);
  }
}
