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
 * Compares the runs of this node with the jobs that it holds by the database.
 *
 * <p>It stops the runs whose deadline has passed or whose attempt takes too long, and those whose
 * cancellation the bell did not announce here. It gives back the strays: jobs whose claim committed
 * while its reply was lost. They run nowhere, and no other node may take them while this one lives.
 * A job that an open claim may hold is no stray, however late the reply is. Each of its steps is
 * for one thread.
 */
public final class RunReconciler {

  private static final Logger log = LoggerFactory.getLogger(RunReconciler.class);
  private static final Duration WATCH_REST = Duration.ofMillis(250);

  private static final Duration LOOK_REST = Duration.ofSeconds(1);

  /**
   * The longest wait of a claimed-ahead job for a slot here, since other nodes may have free ones.
   */
  private static final Duration AHEAD_MAX = Duration.ofMillis(500);

  /** Looks the jobs up by id, since the index of running jobs may be full of ended ones. */
  private static final String CANCELLED =
      """
      WITH here AS MATERIALIZED (
             SELECT id, run, owner, state, cancelled FROM everbrook.job WHERE id = ANY (?))
      SELECT id, run FROM here WHERE owner = ? AND state = 'running' AND cancelled
      """;

  private static final String HELD =
      "SELECT id, run FROM everbrook.job WHERE owner = ? AND state = 'running'";

  /** Locked rows are skipped until the next look, or the node that takes over. */
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
   * The collaborators.
   *
   * @param wake called with each queue to which a job was given back
   */
  public record Parts(
      Database database,
      Membership membership,
      Runner runner,
      OpenClaims underway,
      World world,
      Consumer<String> wake) {}

  /**
   * A look at the jobs that this node holds by the database.
   *
   * @param suspects the held jobs that did not run here
   * @param claims the claims that were open after these were read; a claim that began later took
   *     none of them
   */
  private record Look(List<Runner.Holding> suspects, List<OpenClaims.Claim> claims) {

    boolean isOpen() {
      return claims.stream().anyMatch(OpenClaims.Claim::isUnknown);
    }

    /** The suspects that no claim of that time has taken. */
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

  /** The last look; used by its loop's thread only. */
  private Look look = new Look(List.of(), List.of());

  public RunReconciler(Parts parts) {
    this.database = parts.database();
    this.membership = parts.membership();
    this.runner = parts.runner();
    this.underway = parts.underway();
    this.world = parts.world();
    this.wake = parts.wake();
  }

  /** Enforces deadlines and attempt times of the runs here; never waits for the database. */
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

  /** Stops the runs of cancelled jobs. */
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

  /** Gives back the suspects of the last look that are still unknown here; looks again. */
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
    List<OpenClaims.Claim> claims =
        underway.now(); // read before the known runs: a claim may end in between
    look = new Look(unknown(held), claims);
    return LOOK_REST;
  }

  /** The jobs of these that do not run here. */
  private List<Runner.Holding> unknown(List<Runner.Holding> ours) {
    Set<Runner.Holding> held = runner.held();
    return ours.stream().filter(it -> !held.contains(it)).toList();
  }

  private static Runner.Holding holding(ResultSet row) throws SQLException {
    return new Runner.Holding(row.getLong(1), row.getInt(2));
  }

  /**
   * Gives back the jobs that did not hand over in time: their runs are void and use up no attempt.
   */
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
