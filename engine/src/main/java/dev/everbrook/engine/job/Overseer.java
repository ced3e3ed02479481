package dev.everbrook.engine.job;

import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Membership;
import dev.everbrook.engine.store.StoreFailure;
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

  /** Also how long a claim may take to be handed out before it is one that went astray. */
  private static final Duration LOOK_REST = Duration.ofSeconds(1);

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
      "SELECT id, run FROM everbrook.job WHERE owner = ? AND state = 'running'";

  /** What somebody has locked stays, for the next time or for who takes over. */
  static final String GIVE_BACK =
      """
      WITH free AS MATERIALIZED (
             SELECT j.id FROM everbrook.job AS j
               JOIN unnest(?::bigint[], ?::int[]) AS stray(id, run)
                 ON j.id = stray.id AND j.run = stray.run
              WHERE j.owner = ? AND j.state = 'running'
              ORDER BY j.id FOR UPDATE OF j SKIP LOCKED)
      UPDATE everbrook.job SET state = 'ready', owner = NULL, attempt = attempt - 1
       WHERE id = ANY (ARRAY(SELECT id FROM free))
      RETURNING queue
      """;

  private final Database database;
  private final Membership membership;
  private final Runner runner;
  private final World world;
  private final Consumer<String> nudge;

  /** What this node held at the last look and nobody ran; its loop's own. */
  private List<Runner.Holding> suspects = List.of();

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
    return LOOK_REST;
  }

  /** Gives back what still nobody runs; looks for what nobody does. */
  Duration lookForStrays() {
    long node = membership.node();
    List<Runner.Holding> strays = nobodys(suspects);
    suspects = List.of();
    int given = giveBack(strays, node);
    if (given > 0) {
      log.warn("{} jobs were claimed for this node but never reached it; given back", given);
    }
    suspects = nobodys(database.list(HELD, Overseer::holding, node));
    return LOOK_REST;
  }

  private List<Runner.Holding> nobodys(List<Runner.Holding> ours) {
    Set<Runner.Holding> held = runner.held();
    return ours.stream().filter(it -> !held.contains(it)).toList();
  }

  private static Runner.Holding holding(ResultSet row) throws SQLException {
    return new Runner.Holding(row.getLong(1), row.getInt(2));
  }

  /** Gives back what did not hand over in time: its runs are void, and use up no attempt. */
  void leave() {
    List<Runner.Holding> left = List.copyOf(runner.held());
    try {
      giveBack(left, membership.node());
    } catch (StoreFailure e) {
      log.warn("{} jobs could not be given back; others will take them", left.size(), e);
    }
  }

  private int giveBack(List<Runner.Holding> jobs, long node) {
    if (jobs.isEmpty()) {
      return 0;
    }
    List<String> queues =
        database.list(
            GIVE_BACK,
            row -> row.getString(1),
            jobs.stream().mapToLong(Runner.Holding::job).toArray(),
            jobs.stream().mapToInt(Runner.Holding::run).toArray(),
            node);
    queues.stream().distinct().forEach(nudge);
    return queues.size();
  }
}
