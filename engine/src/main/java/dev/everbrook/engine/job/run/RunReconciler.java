package dev.everbrook.engine.job.run;

import dev.everbrook.engine.job.StopReason;
import dev.everbrook.engine.job.claim.OpenClaims;
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
 * database took for claimed while the reply to the claim was lost. They run nowhere, and no other
 * node would touch them as long as this one lives. What a claim may have taken that is still under
 * way is no stray, however late its reply is. Each of its steps is for one thread.
 */
public final class RunReconciler {

  private static final Logger log = LoggerFactory.getLogger(RunReconciler.class);
  private static final Duration WATCH_REST = Duration.ofMillis(250);

  private static final Duration LOOK_REST = Duration.ofSeconds(1);

  /** How long a job that was claimed ahead may wait for a slot here, while others may have one. */
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
  public static final String GIVE_BACK =
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

  /**
   * What it works with.
   *
   * @param wake is told of a queue to which something was given back
   */
  public record Parts(
      Database database,
      Membership membership,
      Runner runner,
      OpenClaims underway,
      World world,
      Consumer<String> wake) {}

  /**
   * A look at what the database says this node holds.
   *
   * @param suspects what did not run here
   * @param claims those that were under way after that was read: none that began later took any
   */
  private record Look(List<Runner.Holding> suspects, List<OpenClaims.Claim> claims) {

    boolean isOpen() {
      return claims.stream().anyMatch(OpenClaims.Claim::isUnknown);
    }

    /** Those that no claim of that time has in hand. */
    List<Runner.Holding> lost() {
      return suspects.stream()
          .filter(it -> claims.stream().noneMatch(claim -> claim.has(it.job())))
          .toList();
    }
  }

  private final Database database;
  private final Membership membership;
  private final Runner runner;
  private final OpenClaims underway;
  private final World world;
  private final Consumer<String> wake;

  /** The last; its loop's own. */
  private Look look = new Look(List.of(), List.of());

  public RunReconciler(Parts parts) {
    this.database = parts.database();
    this.membership = parts.membership();
    this.runner = parts.runner();
    this.underway = parts.underway();
    this.world = parts.world();
    this.wake = parts.wake();
  }

  /** Keeps the times of what runs here, which never waits for the database. */
  public Duration watch() {
    long now = world.nanos();
    for (ActiveRun run : runner.runs()) {
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
  public Duration obey() {
    Set<Runner.Holding> held = runner.held();
    if (!held.isEmpty()) {
      long[] jobs = held.stream().mapToLong(Runner.Holding::job).toArray();
      database.list(CANCELLED, RunReconciler::holding, jobs, membership.node()).stream()
          .filter(held::contains)
          .forEach(it -> runner.stop(it.job(), StopReason.CANCELLED));
    }
    return LOOK_REST;
  }

  /** Gives back what was lost at the last look and is now; looks again. */
  public Duration lookForStrays() {
    if (!look.suspects().isEmpty() && look.isOpen()) {
      return LOOK_REST;
    }
    long node = membership.node();
    List<Runner.Holding> strays = unknown(look.lost());
    look = new Look(List.of(), List.of());
    int given = giveBack(strays, node);
    if (given > 0) {
      log.warn("{} jobs were claimed for this node but never reached it; given back", given);
    }
    List<Runner.Holding> held = database.list(HELD, RunReconciler::holding, node);
    List<OpenClaims.Claim> claims = underway.now(); // before what is known: a claim ends in between
    look = new Look(unknown(held), claims);
    return LOOK_REST;
  }

  /** Those that do not run here. */
  private List<Runner.Holding> unknown(List<Runner.Holding> ours) {
    Set<Runner.Holding> held = runner.held();
    return ours.stream().filter(it -> !held.contains(it)).toList();
  }

  private static Runner.Holding holding(ResultSet row) throws SQLException {
    return new Runner.Holding(row.getLong(1), row.getInt(2));
  }

  /** Gives back what did not hand over in time: its runs are void, and use up no attempt. */
  public void leave() {
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
    queues.stream().distinct().forEach(wake);
    return queues.size();
  }
}
