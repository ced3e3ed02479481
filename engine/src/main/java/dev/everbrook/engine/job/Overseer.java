package dev.everbrook.engine.job;

import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Membership;
import dev.everbrook.engine.world.World;
import java.time.Duration;
import java.util.List;

/**
 * Stops the running jobs whose deadline passed, and those whose cancellation this node was not told
 * of by the bell.
 */
final class Overseer {

  private static final Duration REST = Duration.ofMillis(250);
  private static final Duration LOOK = Duration.ofSeconds(1);

  private static final String CANCELLED =
      "SELECT id FROM everbrook.job WHERE owner = ? AND state = 'running' AND cancelled";

  private final Database database;
  private final Membership membership;
  private final Runner runner;
  private final World world;
  private long lookedAt;

  Overseer(Database database, Membership membership, Runner runner, World world) {
    this.database = database;
    this.membership = membership;
    this.runner = runner;
    this.world = world;
    this.lookedAt = world.nanos();
  }

  Duration step() {
    long now = world.nanos();
    for (Run run : List.copyOf(runner.running())) {
      if (run.nanosToDeadline(now) <= 0) {
        run.stop(StopReason.DEADLINE);
      }
    }
    if (now - lookedAt >= LOOK.toNanos() && !runner.running().isEmpty()) {
      lookedAt = now;
      database
          .list(CANCELLED, row -> row.getLong(1), membership.node())
          .forEach(job -> runner.stop(job, StopReason.CANCELLED));
    }
    return REST;
  }
}
