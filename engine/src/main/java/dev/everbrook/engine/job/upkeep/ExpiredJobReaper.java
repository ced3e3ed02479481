package dev.everbrook.engine.job.upkeep;

import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.RetryPolicy;
import dev.everbrook.engine.job.claim.Claimed;
import dev.everbrook.engine.job.claim.ClaimedRow;
import dev.everbrook.engine.job.claim.Claims;
import dev.everbrook.engine.job.claim.OpenClaims;
import dev.everbrook.engine.job.finish.Finisher;
import dev.everbrook.engine.job.remote.RemoteCompleter;
import dev.everbrook.engine.job.run.Runner;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.StoreFailure;
import dev.everbrook.engine.world.World;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends waiting jobs that were cancelled or are past their deadline. Claims end them too, in their
 * turn; but a queue that is paused or at its limits has no turn, and ending a job is cheap. One
 * bounded batch a step; any node may run it.
 *
 * <p>A job whose kind has a handler here is ended by the handler. A stranger, of a kind without a
 * handler here, is left for a while to the nodes and remote workers that have one. Then it is ended
 * without a handler, since there may be none any more.
 */
public final class ExpiredJobReaper {

  private static final Logger log = LoggerFactory.getLogger(ExpiredJobReaper.class);
  private static final int BATCH_MAX = 200;
  private static final int UNDER_WAY_MAX = 1_000;
  private static final Duration REST = Duration.ofSeconds(1);
  private static final Duration BUSY_REST = Duration.ofMillis(20);

  /** The most strangers of one step; each is ended in a transaction of its own. */
  private static final int STRANGERS_MAX = 50;

  private static final int SEEN_MAX = 10_000;

  private static final String TAKE =
      ClaimedRow.ALIVE
          + """
          next AS MATERIALIZED (
            SELECT id FROM everbrook.job
             WHERE id = ANY (?) AND state = 'ready' AND (cancelled OR deadline_at <= now())
               AND EXISTS (SELECT FROM alive)
             ORDER BY id FOR UPDATE SKIP LOCKED)
          """
          + ClaimedRow.TAKE_NEXT
          + ClaimedRow.RETURNING_ENDS;

  private static final String CANCELLED_STRANGERS =
      """
      SELECT id FROM everbrook.job
       WHERE cancelled AND state = 'ready' AND NOT kind = ANY (?) LIMIT ?
      """;

  /**
   * The time for which strangers are left to others.
   *
   * @param cancelled for cancelled jobs, since the first look that found them
   * @param overdue for overdue jobs, since their deadline; longer, since nodes with the handler may
   *     scan millions of rows first
   */
  public record Grace(Duration cancelled, Duration overdue) {
    public static final Grace NORMAL = new Grace(Duration.ofMinutes(1), Duration.ofMinutes(10));
  }

  /**
   * The collaborators.
   *
   * @param kinds the kinds that have a handler here
   */
  public record Parts(
      Database database,
      World world,
      Claims claims,
      Supplier<Long> node,
      Supplier<Set<String>> kinds,
      Runner runner,
      Finisher finisher,
      RemoteCompleter completer) {}

  private final Parts parts;
  private final Grace grace;
  private final ExpiredJobScan overdue;
  private final Deque<Long> strangers = new ArrayDeque<>();
  private Set<Long> seen = Set.of();
  private long lookedAt;

  public ExpiredJobReaper(Parts parts, Grace grace) {
    this.parts = parts;
    this.grace = grace;
    this.overdue = new ExpiredJobScan(parts.database(), grace.overdue());
    this.lookedAt = parts.world().nanos() - grace.cancelled().toNanos();
  }

  public Duration step() {
    if (parts.runner().isLeaving()) {
      return REST;
    }
    if (parts.finisher().isBusy() || parts.runner().ending() > UNDER_WAY_MAX - BATCH_MAX) {
      return BUSY_REST;
    }
    long node = parts.node().get();
    Set<String> kinds = parts.kinds().get();
    boolean more = start(() -> parts.claims().takeCancelled(node, kinds, BATCH_MAX)) == BATCH_MAX;
    ExpiredJobScan.Found found = overdue.step(kinds, BATCH_MAX);
    start(() -> take(node, found.ours()));
    if (strangers.isEmpty()) { // otherwise the same jobs would be found again
      strangers.addAll(found.strangers());
      lookForStrangers(kinds);
    }
    try (OpenClaims.Claim _ = parts.claims().underway().begin()) {
      bury(node);
    }
    return more || found.isFull() || !strangers.isEmpty() ? Duration.ZERO : REST;
  }

  /** Starts the jobs of a claim, so that their handlers end them; returns their number. */
  private int start(Supplier<List<Claimed>> claim) {
    try (OpenClaims.Claim _ = parts.claims().underway().begin()) {
      List<Claimed> taken = claim.get();
      taken.forEach(parts.runner()::start);
      return taken.size();
    }
  }

  private List<Claimed> take(long node, List<Long> jobs) {
    return jobs.isEmpty()
        ? List.of()
        : parts
            .database()
            .list(
                TAKE,
                ClaimedRow.of(parts.world()),
                node,
                jobs.stream().mapToLong(it -> it).toArray());
  }

  /** Adds the cancelled strangers that the last look found too: their time is over. */
  private void lookForStrangers(Set<String> kinds) {
    long now = parts.world().nanos();
    if (now - lookedAt < grace.cancelled().toNanos()) {
      return;
    }
    lookedAt = now;
    Set<Long> found =
        Set.copyOf(
            parts
                .database()
                .list(
                    CANCELLED_STRANGERS,
                    row -> row.getLong(1),
                    kinds.toArray(String[]::new),
                    SEEN_MAX));
    found.stream().filter(seen::contains).sorted().forEach(strangers::add);
    seen = found;
  }

  /**
   * Ends a stranger. If that fails, {@code RunReconciler} gives the job back, and it comes again.
   */
  private void end(Claimed job) {
    Outcome outcome = job.cancelled() ? new Outcome.Cancelled() : Claimed.DEADLINE_PASSED;
    try {
      parts.completer().end(job, outcome, RetryPolicy.DEFAULT);
    } catch (StoreFailure e) {
      log.warn("{} job {} could not be ended yet", job.kind(), job.id(), e);
    }
  }

  private void bury(long node) {
    List<Long> next = new ArrayList<>();
    while (next.size() < STRANGERS_MAX && !strangers.isEmpty()) {
      next.add(strangers.remove());
    }
    List<Claimed> taken = take(node, next);
    taken.forEach(this::end);
    if (!taken.isEmpty()) {
      log.warn(
          "{} jobs that were cancelled or overdue were ended without a handler, since no node or"
              + " worker with their kinds did so: {}",
          taken.size(),
          taken.stream().map(Claimed::kind).collect(Collectors.toSet()));
    }
  }
}
