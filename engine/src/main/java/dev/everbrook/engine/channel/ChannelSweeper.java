package dev.everbrook.engine.channel;

import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.world.Loop;
import dev.everbrook.engine.world.World;
import java.time.Duration;

/**
 * Removes expired channels, which cannot be found any more but still take up space. One bounded
 * batch a step; every node runs it.
 */
final class ChannelSweeper implements AutoCloseable {

  private static final int BATCH_MAX = 100;
  private static final Duration REST = Duration.ofSeconds(10);

  private final Database database;
  private final ChannelTable table;
  private final Loop loop;

  ChannelSweeper(Database database, ChannelTable table, World world) {
    this.database = database;
    this.table = table;
    this.loop = world.loop("expiry", this::step);
  }

  private Duration step() {
    return sweep() == BATCH_MAX ? Duration.ZERO : REST;
  }

  int sweep() {
    return database.tx(tx -> table.removeExpired(tx, BATCH_MAX));
  }

  @Override
  public void close() {
    loop.close();
  }
}
