package dev.everbrook.engine.job;

import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Membership;
import dev.everbrook.engine.world.World;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares what runs here with what the database says runs here.
 *
 * <p>It stops the runs whose deadline passed or whose attempt takes too long, and those whose
 * cancellation this node was not told of by the bell. And it gives back the strays: jobs that the
 * database took for claimed while the reply to the claim was lost. Nobody runs them, and no other
 * node would touch them as long as this one lives. Each of its steps is for one thread.
 */
final class Overseer {

  private static final Logger log = LoggerFactory.getLogger(Overseer.class);
  private static final Duration WATCH_REST = Duration.ofMillis(250);
  private static final Duration OBEY_REST = Duration.ofSeconds(1);

  /** How long a claim may take to be handed out before it is one that went astray. */
  private static final Duration HANDING_OUT = Duration.ofSeconds(1);

  /** Such a look walks through all that is running, so it is taken seldom. */
  private static final Duration STRAYS_REST = Duration.ofSeconds(10);

  /** How long a job that was claimed ahead may wait for a place here, while others may have one. */
  private static final Duration AHEAD_MAX = Duration.ofMillis(500);

  /** By their ids first of all: the index of what is running may be full of what has ended. */
  private static final String CANCELLED =
      """
      WITH here AS MATERIALIZED (
             SELECT id, run, owner, state, cancelled FROM everbrook.job WHERE id = ANY (?))
      SELECT id, run FROM here WHERE owner = ? AND state = 'running' AND cancelled
      """;

  private static final String HELD =
      "SELECT id, run, queue FROM everbrook.job WHERE owner = ? AND state = 'running'";

  static final String GIVE_BACK =
      """
      UPDATE everbrook.job SET state = 'ready', owner = NULL, attempt = attempt - 1
       WHERE id = ? AND run = ? AND owner = ? AND state = 'running'
      """;

  private record Held(Runner.Holding holding, String queue) {}

  private final Database database;
  private final Membership membership;
  private final Runner runner;
  private final World world;
  private final Consumer<String> nudge;

  /** What this node held at the last look and nobody ran; its loop's own. */
  private List<Held> suspects = List.of();

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
  }

  /** Keeps the times of what runs here, which never waits for the database. */
  Duration watch() {
    long now = world.nanos();
    for (Run run : runner.running()) {
      if (run.nanosToDeadline(now) <= 0) {
        run.stop(StopReason.DEADLINE);
      } else if (run.isOvertime(now)) {
        run.stop(StopReason.TIMEOUT);
      }
    }
    runner.putBackAfter(AHEAD_MAX);
    return WATCH_REST;
  }

  /** Stops what was cancelled. */
  Duration obey() {
    Set<Runner.Holding> held = runner.held();
    if (!held.isEmpty()) {
      long[] jobs = held.stream().mapToLong(Runner.Holding::job).toArray();
      database.list(CANCELLED, Overseer::holding, jobs, membership.node()).stream()
          .filter(held::contains)
          .forEach(it -> runner.stop(it.job(), StopReason.CANCELLED));
    }
    return OBEY_REST;
  }

  /** Gives back what still nobody runs; looks for what nobody does. */
  Duration lookForStrays() {
    long node = membership.node();
    List<Held> before = suspects;
    suspects = List.of();
    if (before.isEmpty()) {
      List<Held> ours = database.list(HELD, row -> new Held(holding(row), row.getString(3)), node);
      suspects = nobodys(ours);
      return suspects.isEmpty() ? STRAYS_REST : HANDING_OUT;
    }
    nobodys(before).forEach(it -> giveBack(it, node));
    return STRAYS_REST;
  }

  private List<Held> nobodys(List<Held> ours) {
    Set<Runner.Holding> held = runner.held();
    return ours.stream().filter(it -> !held.contains(it.holding())).toList();
  }

  private static Runner.Holding holding(ResultSet row) throws SQLException {
    return new Runner.Holding(row.getLong(1), row.getInt(2));
  }

  private void giveBack(Held stray, long node) {
    Runner.Holding it = stray.holding();
    if (database.update(GIVE_BACK, it.job(), it.run(), node) > 0) {
      log.warn("job {} was claimed for this node but never reached it; given back", it.job());
      nudge.accept(stray.queue());
    }
  }
}
