package dev.everbrook.engine.stream;

import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.world.Loop;
import org.jspecify.annotations.Nullable;

/**
 * What is done to streams in the background, by every node that works. Safe for use by many
 * threads.
 */
public final class Upkeep implements AutoCloseable {

  private final Database database;
  private volatile @Nullable Loop sweeping;

  public Upkeep(Database database) {
    this.database = database;
  }

  /** Begins; once. The caller closes it before the database's source. */
  public void start() {
    sweeping = Loop.start("sweep", new Sweeper(database)::step);
  }

  /** There is something to sweep; where this node does not work, another finds it by looking. */
  public void sweepSoon() {
    Loop loop = sweeping;
    if (loop != null) {
      loop.wake();
    }
  }

  @Override
  public void close() {
    Loop loop = sweeping;
    if (loop != null) {
      loop.close();
    }
  }
}
