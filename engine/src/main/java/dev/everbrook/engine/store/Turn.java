package dev.everbrook.engine.store;

import dev.everbrook.engine.world.World;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The right to change the schema, held by one node at a time. A waiting node polls instead of
 * blocking in one statement: a concurrent index build waits for every running statement, and would
 * therefore wait for the statements that wait for it.
 */
final class Turn implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Turn.class);
  private static final long LOCK = 0x65766572_62726F6FL; // "everbroo"
  private static final Duration LOOK = Duration.ofMillis(200);
  private static final Duration SAY_EVERY = Duration.ofSeconds(10);

  private static final String TAKE = "SELECT pg_try_advisory_lock(?)";
  private static final String GIVE_BACK = "SELECT pg_advisory_unlock(?)";

  private static final String HOLDER =
      """
      SELECT coalesce(max(concat('process ', a.pid, ' of ', a.application_name, ' at ',
                                 coalesce(host(a.client_addr), 'this machine'))), 'another node')
        FROM pg_locks l JOIN pg_stat_activity a USING (pid)
       WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
         AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
         AND (l.classid::bigint << 32 | l.objid::bigint) = ?
      """;

  private final Session session;
  private final World world;
  private final Duration most;
  private boolean ours;

  Turn(Session session, World world, Duration most) {
    this.session = session;
    this.world = world;
    this.most = most;
  }

  /**
   * Returns when it is this node's turn.
   *
   * @throws StoreFailure if the turn did not come in time
   */
  void await() throws InterruptedException {
    long start = world.nanos();
    long said = start - SAY_EVERY.toNanos();
    ours = take();
    while (!ours) {
      long now = world.nanos();
      if (now - start > most.toNanos()) {
        throw new StoreFailure(
            holder()
                + " has been bringing the schema up to date for longer than "
                + most
                + ": wait for it, or end it with pg_terminate_backend, and start again");
      }
      if (now - said >= SAY_EVERY.toNanos()) {
        said = now;
        log.info("the schema is being brought up to date by {}: waiting for it", holder());
      }
      world.rest(LOOK);
      ours = take();
    }
  }

  private boolean take() {
    return session.list(TAKE, row -> row.getBoolean(1), LOCK).getFirst();
  }

  private String holder() {
    return session.list(HOLDER, row -> row.getString(1), LOCK).getFirst();
  }

  /** Gives the turn back; a broken connection has released it already. */
  @Override
  public void close() {
    if (ours && session.isConnected()) {
      session.list(GIVE_BACK, row -> true, LOCK);
    }
  }
}
