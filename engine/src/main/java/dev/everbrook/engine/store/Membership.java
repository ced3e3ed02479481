package dev.everbrook.engine.store;

import dev.everbrook.engine.world.Loop;
import dev.everbrook.engine.world.OneLine;
import dev.everbrook.engine.world.World;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's place among the nodes that share the database, and its judgement of the others.
 *
 * <p><b>Why no dead node can write.</b> A row of {@code everbrook.node} is one life of one node;
 * its id is never used again. Every statement that writes as a node reads that row FOR KEY SHARE in
 * the same transaction. To declare a node dead is to delete the row, which waits for such
 * statements and makes every later one find nothing. So after the deletion committed, the dead
 * node's last write is either visible or will never be, whatever the node itself believes. A beat
 * updates no key and therefore waits for neither.
 *
 * <p><b>When a node is declared dead.</b> When its lease ran out ({@link #LEASE}: it hangs, or its
 * network does), or when it has been silent for {@link #SILENCE} and the lock that its own
 * connection holds is free (its process is gone; so a killed node is noticed within seconds). What
 * lives by its lease alone, as a worker that has no connection of its own, is left that. A node
 * judges others only after its own beats went through for {@link #SILENCE}: after an outage of the
 * database everyone gets the time to come back. All clocks here are the database's.
 *
 * <p>Safe for use by many threads.
 */
public final class Membership implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Membership.class);
  private static final Duration BEAT = Duration.ofSeconds(1);
  private static final Duration SILENCE = Duration.ofSeconds(3);
  private static final Duration LEASE = Duration.ofSeconds(20);
  private static final int LOCK_SPACE = 0x65766272; // "evbr"

  private static final String REGISTER =
      """
      INSERT INTO everbrook.node (name, beat_at, lease_ends)
      VALUES (?, now(), now() + make_interval(secs => ?))
      RETURNING id
      """;

  private static final String BEATEN =
      """
      UPDATE everbrook.node SET beat_at = now(), lease_ends = now() + make_interval(secs => ?)
       WHERE id = ?
      """;

  private static final String BURY_THE_DEAD =
      """
      DELETE FROM everbrook.node n
       WHERE n.id <> ?
         AND (n.lease_ends < now()
              OR NOT n.by_lease
                 AND n.beat_at < now() - make_interval(secs => ?)
                 AND NOT EXISTS (SELECT 1 FROM pg_locks l
                                  WHERE l.locktype = 'advisory' AND l.objsubid = 2 AND l.granted
                                    AND l.database = (SELECT oid FROM pg_database
                                                       WHERE datname = current_database())
                                    AND l.classid = ?::bigint::oid AND l.objid = n.id::oid))
      RETURNING n.id, n.name
      """;

  private static final String LIVES = "SELECT id FROM everbrook.node";

  private final String name;
  private final World world;
  private final Session session;
  private final Database database;
  private final List<LongConsumer> lostListeners = new CopyOnWriteArrayList<>();
  private final List<Runnable> goneListeners = new CopyOnWriteArrayList<>();
  private final Loop beating;
  private final Loop judging;
  private volatile long id;
  private volatile long steadySince;
  private volatile long beatenAt;
  private boolean locked;

  /** The lives there were at the last look; the judging loop's own. */
  private Set<Long> lives;

  /** Registers this node and begins to beat. */
  public Membership(Database database, World world, String name) {
    this.database = database;
    this.world = world;
    this.name = name;
    this.session = database.dedicated("the beat", "SELECT pg_advisory_unlock_all()");
    register();
    this.lives = lives();
    this.beating = Loop.start("beat", this::beat);
    this.judging = Loop.start("judge", this::judge);
  }

  /** The id of this node's present life. */
  public long node() {
    return id;
  }

  /**
   * Calls {@code listener} with the id of a life of this node that others ended. All that was begun
   * under it is void; the node goes on under a new id.
   */
  public void onLost(LongConsumer listener) {
    lostListeners.add(listener);
  }

  /**
   * Calls {@code listener} after lives have gone, of nodes or of workers, within about a second:
   * whoever ended them, and whether they signed off or were declared dead.
   */
  public void onGone(Runnable listener) {
    goneListeners.add(listener);
  }

  private void register() {
    id = session.list(REGISTER, row -> row.getLong(1), name, seconds(LEASE)).getFirst();
    steadySince = world.nanos();
    beatenAt = steadySince;
    lock();
  }

  /**
   * Never waits: after a reconnect the server may take a while to notice that the connection which
   * holds the lock is gone, and until then that one speaks for this node.
   */
  private void lock() {
    locked =
        session
            .list(
                "SELECT pg_try_advisory_lock(?, ?)",
                row -> row.getBoolean(1),
                LOCK_SPACE,
                Math.toIntExact(id))
            .getFirst();
  }

  private Duration beat() {
    if (!session.isConnected()) {
      locked = false;
      steadySince = world.nanos();
    }
    if (!locked) {
      lock();
    }
    long now = world.nanos();
    if (now - beatenAt > SILENCE.toNanos()) {
      steadySince = now; // the database stood still: everyone gets the time to come back
    }
    if (session.update(BEATEN, seconds(LEASE), id) == 0) {
      long lost = id;
      register();
      log.warn("other nodes took node {} for dead; it goes on as node {}", lost, id);
      lostListeners.forEach(it -> it.accept(lost));
    }
    beatenAt = world.nanos();
    return BEAT;
  }

  private Duration judge() {
    long now = world.nanos();
    if (now - steadySince >= SILENCE.toNanos() && now - beatenAt <= SILENCE.toNanos()) {
      buryTheDead();
    }
    Set<Long> present = lives();
    boolean same = present.containsAll(lives);
    lives = present;
    if (!same) {
      goneListeners.forEach(Runnable::run);
    }
    return BEAT;
  }

  private Set<Long> lives() {
    return Set.copyOf(database.list(LIVES, row -> row.getLong(1)));
  }

  private void buryTheDead() {
    List<String> dead =
        database.list(
            BURY_THE_DEAD,
            row -> row.getLong(1) + " (" + row.getString(2) + ")",
            id,
            seconds(SILENCE),
            (long) LOCK_SPACE);
    if (!dead.isEmpty()) {
      log.warn("nodes declared dead: {}", OneLine.of(String.join(", ", dead)));
    }
  }

  private static double seconds(Duration duration) {
    return duration.toMillis() / 1000.0;
  }

  /** Leaves: the row goes, so that nobody waits for this node to be judged. */
  @Override
  public void close() {
    judging.close();
    beating.close();
    try {
      session.update("DELETE FROM everbrook.node WHERE id = ?", id);
    } catch (StoreFailure e) {
      log.warn(
          "node {} could not sign off and will be declared dead by others: {}", id, e.getMessage());
    }
    session.close();
  }
}
