package dev.everbrook.engine.job;

import dev.everbrook.engine.store.Database;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Claims for workers in other processes, as many jobs as one answer carries: it is held in memory
 * on both sides, so it is bounded in bytes. What is beyond that is not claimed at all. Safe for use
 * by many threads.
 */
final class Portions {

  /** The most bytes of payloads in one answer; one payload always fits. */
  static final int BYTES_MAX = 4 * NewJob.PAYLOAD_BYTES_MAX;

  /** So many jobs fit whatever their payloads are. */
  private static final int ALWAYS_FIT = BYTES_MAX / NewJob.PAYLOAD_BYTES_MAX;

  private static final int UTF8_BYTES_MAX = 3;

  private static final String CLAIM =
      """
      WITH alive AS MATERIALIZED (
             SELECT id FROM everbrook.node WHERE id = ? FOR KEY SHARE),
           first AS MATERIALIZED (
             SELECT id, priority, octet_length(payload::text) AS bytes FROM everbrook.job
              WHERE queue = ? AND lane = '' AND state = 'ready' AND kind = ANY (?)
                AND EXISTS (SELECT FROM alive)
                AND NOT EXISTS (SELECT FROM everbrook.queue WHERE name = ? AND NOT plain)
              ORDER BY queue, lane, priority, id LIMIT ? FOR UPDATE SKIP LOCKED),
           next AS MATERIALIZED (
             SELECT id FROM (SELECT id, row_number() OVER line AS nth, sum(bytes) OVER line AS bytes
                               FROM first WINDOW line AS (ORDER BY priority, id)) AS f
              WHERE nth = 1 OR bytes <= ?)
      UPDATE everbrook.job j
         SET state = 'running', owner = alive.id, run = run + 1, attempt = attempt + 1
        FROM alive
       WHERE j.id = ANY (ARRAY(SELECT id FROM next))
      RETURNING j.id, j.queue, j.kind, j.run, j.attempt, j.payload, j.cancelled, j.doom,
                extract(epoch FROM j.deadline_at - now()), j.lane, 0,
                j.parent IS NOT NULL OR j.dedupe IS NOT NULL OR j.children > 0
                  OR j.follower IS NOT NULL,
                j.trace, j.priority, j.principal,
                extract(epoch FROM now() - j.run_at) AS waited_s
      """;

  /** The payload of a job that does not fit is nothing. */
  private static final String CLAIM_IN_TURN =
      """
      SELECT id, ?, kind, run, attempt, CASE WHEN nth = 1 OR bytes <= ? THEN payload ELSE '' END,
             cancelled, doom, left_s, lane, tokens, linked, trace, priority, principal, wait_ms,
             (SELECT extract(epoch FROM clock_timestamp() - j.run_at) FROM everbrook.job j
               WHERE j.id = t.id) AS waited_s
        FROM (SELECT c.*, count(id) OVER line AS nth, sum(octet_length(payload)) OVER line AS bytes
                FROM everbrook.claim_in_turn(?, ?, ?, ?, ?) AS c
              WINDOW line AS (ROWS UNBOUNDED PRECEDING)) AS t
      """;

  private static final String MARK = "SAVEPOINT before_claim";
  private static final String UNDO = "ROLLBACK TO SAVEPOINT before_claim";

  private final Database database;
  private final Claims claims;

  Portions(Database database, Claims claims) {
    this.database = database;
    this.claims = claims;
  }

  /**
   * Jobs of these kinds under the life of a worker.
   *
   * @param plain whether the queue was without limits and lanes when it was last looked at
   */
  Claims.Turn claim(long node, WorkWish wish, Set<String> kinds, boolean plain) {
    if (plain) {
      List<Claimed> jobs = plain(node, wish, kinds);
      if (!jobs.isEmpty() || claims.isPlain(wish.queue())) {
        return new Claims.Turn(jobs, Optional.empty(), true, false);
      }
    }
    return inTurn(node, wish, kinds);
  }

  private List<Claimed> plain(long node, WorkWish wish, Set<String> kinds) {
    if (wish.most() <= ALWAYS_FIT) {
      return claims.claim(node, wish.queue(), kinds, wish.most(), Front.Place.FIRST).jobs();
    }
    return database.list(
        CLAIM,
        claims.waited(node),
        node,
        wish.queue(),
        kinds.toArray(String[]::new),
        wish.queue(),
        wish.most(),
        BYTES_MAX);
  }

  /**
   * What limits leave is known only when it was claimed: where that is too much, it is undone, and
   * as many are claimed as did fit.
   */
  private Claims.Turn inTurn(long node, WorkWish wish, Set<String> kinds) {
    if (wish.most() <= ALWAYS_FIT) {
      return claims.claimInTurn(node, wish.queue(), kinds, wish.most());
    }
    return database.tx(tx -> {
      int most = wish.most();
      while (true) {
        tx.update(MARK);
        Claims.Turn turn =
            claims.turn(
                tx,
                CLAIM_IN_TURN,
                node,
                wish.queue(),
                BYTES_MAX,
                wish.queue(),
                node,
                kinds.toArray(String[]::new),
                most,
                Claims.LANES_MAX);
        long fit = turn.jobs().stream().filter(it -> !it.payload().isEmpty()).count();
        if (fit == turn.jobs().size()) {
          return turn;
        }
        tx.update(UNDO);
        most = (int) fit;
      }
    });
  }

  /** Whether there may be more than was claimed. */
  static boolean isFull(List<Claimed> jobs, int most) {
    long characters = jobs.stream().mapToLong(it -> it.payload().length()).sum();
    return jobs.size() == most
        || characters * UTF8_BYTES_MAX > BYTES_MAX - NewJob.PAYLOAD_BYTES_MAX;
  }
}
