package dev.everbrook.engine.job;

import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Membership;
import dev.everbrook.engine.world.World;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares what runs here with what the database says runs here.
 *
 * <p>It stops the runs whose deadline passed or whose attempt takes too long, and those whose
 * cancellation this node was not told of by the bell. And it gives back the jobs that the database
 * took for claimed while the reply to the claim was lost: nobody runs them, and no other node would
 * touch them as long as this one lives.
 */
final class Overseer {

  private static final Logger log = LoggerFactory.getLogger(Overseer.class);
  private static final Duration REST = Duration.ofMillis(250);

  /** How long a job that was claimed ahead may wait for a place here, while others may have one. */
  private static final Duration AHEAD_MAX = Duration.ofMillis(500);

  private static final Duration LOOK = Duration.ofSeconds(1);

  private static final String HELD =
      """
      SELECT id, run, queue, cancelled FROM everbrook.job
       WHERE owner = ? AND state = 'running'
      """;

  static final String GIVE_BACK =
      """
      UPDATE everbrook.job SET state = 'ready', owner = NULL, attempt = attempt - 1
       WHERE id = ? AND run = ? AND owner = ? AND state = 'running'
      """;

  private record Held(long job, int run, String queue, boolean cancelled) {}

  private final Database database;
  private final Membership membership;
  private final Runner runner;
  private final World world;
  private final Consumer<String> nudge;
  private Set<Held> strays = Set.of();
  private long lookedAt;

  Overseer(
      Database database,
      Membership membership,
      Runner runner,
      World world,
      Consumer<String> nudge) {
    this.database = database;
    this.membership = membership;
    this.runner = runner;
    this.world = world;
    this.nudge = nudge;
    this.lookedAt = world.nanos();
  }

  Duration step() {
    long now = world.nanos();
    for (Run run : runner.running()) {
      if (run.nanosToDeadline(now) <= 0) {
        run.stop(StopReason.DEADLINE);
      } else if (run.isOvertime(now)) {
        run.stop(StopReason.TIMEOUT);
      }
    }
    runner.putBackAfter(AHEAD_MAX);
    if (now - lookedAt >= LOOK.toNanos()) {
      lookedAt = now;
      look(membership.node());
    }
    return REST;
  }

  private void look(long node) {
    List<Held> ours =
        database.list(
            HELD,
            row -> new Held(row.getLong(1), row.getInt(2), row.getString(3), row.getBoolean(4)),
            node);
    Set<Runner.Holding> held = runner.held();
    Set<Held> unknown = new HashSet<>();
    for (Held job : ours) {
      if (!held.contains(new Runner.Holding(job.job(), job.run()))) {
        unknown.add(job);
      } else if (job.cancelled()) {
        runner.stop(job.job(), StopReason.CANCELLED);
      }
    }
    for (Held job : unknown) {
      if (strays.contains(job)) { // twice in a row: not a claim that is just being handed out
        giveBack(job, node);
      }
    }
    strays = unknown;
  }

  private void giveBack(Held held, long node) {
    if (database.update(GIVE_BACK, held.job(), held.run(), node) > 0) {
      log.warn("job {} was claimed for this node but never reached it; given back", held.job());
      nudge.accept(held.queue());
    }
  }
}
