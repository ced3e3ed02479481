package dev.everbrook.engine.job.claim;

import dev.everbrook.engine.job.Lanes;
import dev.everbrook.engine.job.NewJob;
import dev.everbrook.engine.job.Run;
import dev.everbrook.engine.store.Columns;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Row;
import dev.everbrook.engine.store.Sql;
import dev.everbrook.engine.world.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Claims jobs for this node. Safe for use by many threads.
 *
 * <p>A statement looks its jobs up by an array of ids, since a join with the table may be planned
 * as a scan of all rows. The order names the queue and the lane, so that only the index of ready
 * jobs provides it.
 */
public final class Claims {

  private static final int LANES_MAX = 1_000;

  /** The most bytes of payloads, uncompressed, in one claim; one payload always fits. */
  public static final int BYTES_MAX = Run.PAGE_BYTES_MAX;

  private static final long PLAIN = -1;
  private static final long LEFT = -2;
  private static final String[] NO_LANE = {""};

  private static final String CLAIM =
      ClaimedRow.ALIVE
          + """
          first AS MATERIALIZED (
            SELECT id, bytes FROM everbrook.job
             WHERE queue = ? AND lane = '' AND state = 'ready' AND kind = ANY (?)
               AND (priority, id) > (?, ?)
               AND EXISTS (SELECT FROM alive)
               AND NOT EXISTS (SELECT FROM everbrook.queue WHERE name = ? AND NOT plain)
             ORDER BY queue, lane, priority, id LIMIT ? FOR UPDATE SKIP LOCKED),
          next AS MATERIALIZED (
            SELECT id FROM (SELECT id, row_number() OVER line AS nth, sum(bytes) OVER line AS bytes
                              FROM first WINDOW line AS (ROWS UNBOUNDED PRECEDING)) AS f
             WHERE nth = 1 OR bytes <= ?)
          """
          + ClaimedRow.TAKE_NEXT
          + ClaimedRow.RETURNING_WHOLE;

  private static final String CLAIM_IN_TURN =
      """
      SELECT id, ?::text AS queue, kind, run, attempt, payload, cancelled, fail_reason, left_s, lane,
             tokens, linked, trace, priority, principal, retry, wait_ms, ?::bigint AS owner,
             (SELECT extract(epoch FROM clock_timestamp() - j.run_at) FROM everbrook.job j
               WHERE j.id = c.id) AS waited_s
        FROM everbrook.claim_in_turn(?, ?, ?, ?, ?, ?) AS c
      """;

  private static final String IS_PLAIN =
      "SELECT NOT EXISTS (SELECT FROM everbrook.queue WHERE name = ? AND NOT plain)";

  /** A job claimed only to be ended leaves its payload in the row; {@code Run.payload} reads it. */
  private static final String TAKE =
      ClaimedRow.ALIVE
          + """
          next AS MATERIALIZED (
            SELECT id FROM everbrook.job
             WHERE id = ? AND state IN ('ready', 'delayed') AND kind = ANY (?)
               AND EXISTS (SELECT FROM alive)
               FOR UPDATE)
          """
          + ClaimedRow.TAKE_NEXT
          + ClaimedRow.RETURNING_ENDS;

  private static final String TAKE_CANCELLED =
      ClaimedRow.ALIVE
          + """
          next AS MATERIALIZED (
            SELECT id FROM everbrook.job
             WHERE cancelled AND state = 'ready' AND kind = ANY (?)
               AND EXISTS (SELECT FROM alive)
             LIMIT ? FOR UPDATE SKIP LOCKED)
          """
          + ClaimedRow.TAKE_NEXT
          + ClaimedRow.RETURNING_ENDS;

  /**
   * Inserts a job as running, in the transaction that enqueues it, unless its queue or its lane has
   * a limit, a pause or a closing.
   */
  private static final String ENQUEUE_CLAIMED =
      """
      WITH alive AS MATERIALIZED (
             SELECT id FROM everbrook.node WHERE id = ? FOR KEY SHARE)
      INSERT INTO everbrook.job
             (queue, kind, lane, payload, priority, tokens, principal, state, owner, run, attempt,
              deadline_at, trace, retry)
      SELECT ?, ?, ?, ?::json, ?, ?, ?, 'running', alive.id, 1, 1, now() + ? * interval '1 ms',
             nullif(?, ''), nullif(?, '')::json
        FROM alive
       WHERE NOT EXISTS (SELECT FROM everbrook.queue
                          WHERE name = ?
                            AND (paused OR running_max IS NOT NULL OR rate IS NOT NULL))
         AND NOT EXISTS (SELECT FROM everbrook.lane
                          WHERE queue = ? AND name = ANY (?)
                            AND (closed_until > now() OR running_max IS NOT NULL
                                 OR rate IS NOT NULL OR token_rate IS NOT NULL))
      RETURNING id
      """;

  private final Database database;
  private final World world;
  private final Row<Claimed> claimed;
  private final OpenClaims underway = new OpenClaims();

  public Claims(Database database, World world) {
    this.database = database;
    this.world = world;
    this.claimed = ClaimedRow.of(world);
  }

  /** The open claims of this node; each claim is registered here before its statement is sent. */
  public OpenClaims underway() {
    return underway;
  }

  /**
   * The result of a claim.
   *
   * @param rest the time until a denied lane opens, if time alone opens it
   * @param plain whether the queue must be claimed in its order from now on
   * @param left whether ready jobs remain that may begin when another job ends, though time alone
   *     opens nothing
   */
  public record Turn(List<Claimed> jobs, Optional<Duration> rest, boolean plain, boolean left) {
    public Turn {
      jobs = List.copyOf(jobs);
    }
  }

  /**
   * Whether the queue has no limits, lanes or pause, so that its jobs are claimed in their order.
   */
  public boolean isPlain(String queue) {
    return database.list(IS_PLAIN, row -> row.getBoolean(1), queue).getFirst();
  }

  /**
   * Claimed jobs of a plain queue.
   *
   * @param end the place of the last job; without any, the place where the scan began
   * @param large whether more jobs may be ready, which large payloads kept out of this claim
   */
  public record Line(List<Claimed> jobs, ScanCursor.Place end, boolean large) {
    public Line {
      jobs = List.copyOf(jobs);
    }
  }

  /** Whether large payloads may have kept further jobs out of this claim. */
  private static boolean areLarge(List<Claimed> jobs, long bytesMost) {
    long most = jobs.stream().mapToLong(it -> 3L * it.payload().length()).sum();
    return most > bytesMost - NewJob.PAYLOAD_BYTES_MAX;
  }

  /**
   * The bounds of a claim.
   *
   * @param jobs the most jobs
   * @param bytes the most bytes of payloads; one payload always fits
   */
  public record Want(int jobs, long bytes) {}

  /** Claims jobs of a plain queue, by priority, then by age. */
  public Line claim(long node, String queue, Set<String> kinds, Want want, ScanCursor.Place begin) {
    record Found(ScanCursor.Place place, Claimed job) {}
    List<Found> found =
        database
            .list(
                CLAIM,
                row -> {
                  Claimed job = claimed.read(row);
                  return new Found(new ScanCursor.Place(row.getInt("priority"), job.id()), job);
                },
                node,
                queue,
                kinds.toArray(String[]::new),
                begin.priority(),
                begin.job(),
                queue,
                want.jobs(),
                want.bytes())
            .stream()
            .sorted(Comparator.comparing(Found::place))
            .toList();
    List<Claimed> jobs = found.stream().map(Found::job).toList();
    return new Line(
        jobs,
        found.isEmpty() ? begin : found.getLast().place(),
        !jobs.isEmpty() && areLarge(jobs, want.bytes()));
  }

  /** Claims jobs of a queue with limits or lanes, as many as these allow. */
  public Turn claimInTurn(long node, String queue, Set<String> kinds, Want want) {
    List<Claimed> jobs = new ArrayList<>();
    List<Long> waits = new ArrayList<>(); // at most one
    database.list(
        CLAIM_IN_TURN,
        row -> {
          OptionalLong waitMs = Columns.bigint(row, "wait_ms");
          if (waitMs.isPresent()) {
            return waits.add(waitMs.getAsLong());
          }
          return Columns.bigint(row, "id").isEmpty() || jobs.add(claimed.read(row));
        },
        queue,
        node,
        queue,
        node,
        kinds.toArray(String[]::new),
        want.jobs(),
        LANES_MAX,
        want.bytes());
    long wait = waits.isEmpty() ? 0 : waits.getFirst();
    return new Turn(
        jobs,
        wait > 0 ? Optional.of(Duration.ofMillis(wait)) : Optional.empty(),
        wait == PLAIN,
        wait == LEFT);
  }

  /** Claims this job, if it waits. It is only to be ended, so the queue's limits do not apply. */
  public Optional<Claimed> take(long node, long job, Set<String> kinds) {
    return database.first(TAKE, claimed, node, job, kinds.toArray(String[]::new));
  }

  /** Claims up to {@code most} jobs that were cancelled while they waited, beyond all limits. */
  public List<Claimed> takeCancelled(long node, Set<String> kinds, int most) {
    return database.list(TAKE_CANCELLED, claimed, node, kinds.toArray(String[]::new), most);
  }

  /**
   * Enqueues a job and claims it for this node in one statement.
   *
   * @return empty if the node's incarnation has ended, or the queue or the lane has limits
   */
  public Optional<Claimed> enqueueClaimed(Sql sql, long node, NewJob job, String trace) {
    long deadline = world.nanos() + job.deadline().toNanos();
    return sql.first(
        ENQUEUE_CLAIMED,
        row ->
            new Claimed(
                row.getLong(1),
                job.queue(),
                job.kind(),
                1,
                1,
                job.payload(),
                node,
                deadline,
                0,
                false,
                new Claimed.Links(job.lane(), 0, false, "", trace, job.principal(), job.retry())),
        node,
        job.queue(),
        job.kind(),
        job.lane(),
        job.payload(),
        job.priority(),
        job.tokens(),
        job.principal(),
        job.deadline().toMillis(),
        trace,
        PolicyJson.text(job.retry()),
        job.queue(),
        job.queue(),
        job.lane().isEmpty() ? NO_LANE : new String[] {job.lane(), Lanes.ALL});
  }
}
