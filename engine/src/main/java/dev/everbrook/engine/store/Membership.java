package dev.everbrook.engine.store;

import dev.everbrook.engine.text.OneLine;
import dev.everbrook.engine.world.Loop;
import dev.everbrook.engine.world.World;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's membership among the nodes that share the database, and its judgement of the others.
 *
 * <p><b>Why no dead node can write.</b> A row of {@code everbrook.node} is one incarnation of one
 * node; its id is never used again. Every statement that writes as a node reads that row FOR KEY
 * SHARE in the same transaction. To declare a node dead is to delete the row. The deletion waits
 * for running statements of the node, and later ones find no row. So after the deletion has
 * committed, the dead node's last write is either visible or will never be, whatever the node
 * itself believes. A beat updates no key and therefore waits for neither.
 *
 * <p><b>When a node is declared dead.</b> When its row has not changed for the whole lease ({@link
 * #LEASE}: the node or its network hangs). Or when its row has not changed for {@link #SILENCE} and
 * its connection's lock is free (the process is gone; so a killed node is noticed within seconds).
 * For an incarnation without a connection of its own, such as a worker, only the lease counts. The
 * judge measures both times with its own stopwatch ({@link FailureDetector}), and only while its
 * own beats succeed. So neither a clock that jumps nor a stalled database makes a node look dead.
 * After a stall, which the judge notices by its own late beat, all incarnations get {@link
 * #RECOVERY} to beat again. Locked rows are skipped until the next look; the others are declared
 * dead meanwhile.
 *
 * <p>Safe for use by many threads.
 */
public final class Membership implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Membership.class);
  private static final Duration BEAT = Duration.ofSeconds(1);
  private static final Duration LOOK = Duration.ofMillis(500);
  private static final Duration SILENCE = Duration.ofSeconds(3);
  private static final Duration LEASE = Duration.ofSeconds(20);

  /** How long no node is judged after the database stalled or was away. */
  private static final Duration RECOVERY = Duration.ofSeconds(10);

  /** How long a beat may take before its connection counts as broken: half a lease. */
  private static final Duration BEAT_MAX = Duration.ofSeconds(10);

  private static final int BURIALS_MAX = 1_000;
  private static final Duration CLOSE_STEP_MAX = Duration.ofSeconds(1);
  private static final Duration SIGN_OFF_MAX = Duration.ofSeconds(2);
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

  private static final String LIVES =
      """
      SELECT id, name, xmin::text::bigint AS version, by_lease,
             greatest(extract(epoch FROM lease_ends - beat_at), 0) AS lease_s
        FROM everbrook.node
      """;

  /**
   * An incarnation that has beaten since the look has another version and is spared. A locked one
   * is handled later. The row of a worker is deleted with its incarnation, so it must be unlocked
   * as well.
   */
  private static final String BURY =
      """
      WITH dead AS MATERIALIZED (
             SELECT n.id FROM everbrook.node n
               JOIN unnest(?::bigint[], ?::bigint[], ?::boolean[]) AS seen(id, version, lapsed)
                 ON n.id = seen.id AND n.xmin::text::bigint = seen.version
              WHERE seen.lapsed
                 OR NOT EXISTS (SELECT 1 FROM pg_locks l
                                 WHERE l.locktype = 'advisory' AND l.objsubid = 2 AND l.granted
                                   AND l.database = (SELECT oid FROM pg_database
                                                      WHERE datname = current_database())
                                   AND l.classid = ?::bigint::oid AND l.objid = n.id::oid)
              ORDER BY n.id FOR UPDATE OF n SKIP LOCKED),
           worker AS MATERIALIZED (
             SELECT id FROM everbrook.worker
              WHERE id = ANY (ARRAY(SELECT id FROM dead)) FOR UPDATE SKIP LOCKED)
      DELETE FROM everbrook.node n
       WHERE n.id = ANY (ARRAY(SELECT id FROM dead))
         AND (n.id IN (SELECT id FROM worker)
              OR NOT EXISTS (SELECT FROM everbrook.worker w WHERE w.id = n.id))
      RETURNING id, name
      """;

  private static final String PATIENCE = "SELECT set_config('lock_timeout', '500ms', true)";

  private static final String SIGN_OFF = "DELETE FROM everbrook.node WHERE id = ?";

  private final String name;
  private final World world;
  private final Session session;
  private final Database database;
  private final List<LongConsumer> lostListeners = new CopyOnWriteArrayList<>();
  private final List<Runnable> goneListeners = new CopyOnWriteArrayList<>();
  private final Loop beating;
  private final Loop judging;
  private volatile long id;
  private volatile Calm calm = new Calm(0, 0);
  private volatile long beatenAt;
  private boolean locked;

  /** Used by the judging loop alone. */
  private final FailureDetector detector = new FailureDetector(SILENCE);

  /**
   * The period in which the database has been serving this node.
   *
   * @param since the stopwatch's time since which beats have succeeded
   * @param judging the time from which others are judged
   */
  private record Calm(long since, long judging) {}

  /** Registers this node and begins to beat. */
  public Membership(Database database, World world, String name) {
    this.database = database;
    this.world = world;
    this.name = name;
    this.session =
        database.apart("the beat", "SELECT pg_advisory_unlock_all()").answeringWithin(BEAT_MAX);
    boolean begun = false;
    try {
      register();
      calm = new Calm(beatenAt, beatenAt + SILENCE.toNanos());
      lock();
      look(beatenAt);
      begun = true;
    } finally {
      if (!begun) {
        session.close();
      }
    }
    this.beating = world.loop("beat", this::beat);
    this.judging = world.loop("judge", this::judge);
  }

  /** The id of this node's current incarnation. */
  public long node() {
    return id;
  }

  /**
   * Calls {@code listener} with the id of an incarnation of this node that another node ended. Work
   * begun under that id is void; the node continues under a new id.
   */
  public void onLost(LongConsumer listener) {
    lostListeners.add(listener);
  }

  /**
   * Calls {@code listener} within about a second after incarnations of nodes or workers have ended,
   * by sign-off or by being declared dead.
   */
  public void onGone(Runnable listener) {
    goneListeners.add(listener);
  }

  private void register() {
    id = session.list(REGISTER, row -> row.getLong(1), name, seconds(LEASE)).getFirst();
    locked = false;
    beatenAt = world.nanos();
  }

  private void pause(long now) {
    calm = new Calm(now, now + RECOVERY.toNanos());
  }

  /**
   * Tries to lock without waiting. After a reconnect the server may take a while to notice that the
   * old connection is gone; until then the old lock still counts for this node.
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
      pause(world.nanos()); // the same cause may have broken other nodes' connections
    }
    if (!locked) {
      lock();
    }
    if (session.update(BEATEN, seconds(LEASE), id) == 0) {
      beginAnew();
      return Duration.ZERO; // the next beat takes the lock
    }
    long now = world.nanos();
    if (now - beatenAt > SILENCE.toNanos()) {
      pause(now); // before beatenAt, which enables judging
    }
    beatenAt = now;
    return BEAT;
  }

  /**
   * Registers again and tells the listeners first, since all work of the lost incarnation is void.
   */
  private void beginAnew() {
    long lost = id;
    pause(world.nanos()); // before beatenAt, which enables judging
    register();
    for (LongConsumer listener : lostListeners) {
      tell(() -> listener.accept(lost));
    }
    log.warn("other nodes declared node {} dead; it continues as node {}", lost, id);
  }

  private Duration judge() {
    Set<Long> before = detector.incarnations();
    long began = world.nanos();
    FailureDetector.Suspects suspects = look(began);
    if (!detector.incarnations().containsAll(before)) {
      goneListeners.forEach(Membership::tell);
    }
    if (began - beatenAt <= SILENCE.toNanos() && began - calm.judging() >= 0) {
      declareDead(suspects);
    }
    return LOOK;
  }

  private static void tell(Runnable listener) {
    try {
      listener.run();
    } catch (Throwable e) { // wide: the other listeners must be called too
      log.error("a listener to the end of this node's incarnation failed", e);
    }
  }

  private FailureDetector.Suspects look(long began) {
    List<FailureDetector.Incarnation> found =
        database.list(
            LIVES,
            row ->
                new FailureDetector.Incarnation(
                    row.getLong("id"),
                    row.getString("name"),
                    row.getLong("version"),
                    Duration.ofMillis((long) (row.getDouble("lease_s") * 1_000)),
                    row.getBoolean("by_lease")));
    return detector.look(found, began, world.nanos(), calm.since());
  }

  private void declareDead(FailureDetector.Suspects suspects) {
    Set<FailureDetector.Incarnation> lapsed = Set.copyOf(suspects.lapsed());
    List<FailureDetector.Incarnation> all =
        Stream.concat(suspects.lapsed().stream(), suspects.silent().stream())
            .distinct()
            .filter(it -> it.id() != id)
            .limit(BURIALS_MAX)
            .toList();
    if (all.isEmpty()) {
      return;
    }
    Boolean[] isLapsed = all.stream().map(lapsed::contains).toArray(Boolean[]::new);
    List<String> dead =
        database.list(
            BURY,
            row -> row.getLong(1) + " (" + row.getString(2) + ")",
            all.stream().mapToLong(FailureDetector.Incarnation::id).toArray(),
            all.stream().mapToLong(FailureDetector.Incarnation::version).toArray(),
            isLapsed,
            (long) LOCK_SPACE);
    if (!dead.isEmpty()) {
      log.warn("nodes declared dead: {}", OneLine.of(String.join(", ", dead)));
    }
  }

  private static double seconds(Duration duration) {
    return duration.toMillis() / 1000.0;
  }

  /**
   * Signs off by deleting the row, so that no other node has to judge this one. Takes at most some
   * seconds whatever the database does; if it fails, other nodes declare this one dead.
   */
  @Override
  public void close() {
    boolean interrupted =
        Thread.interrupted(); // the waits below are bounded and must not be cut short
    boolean still = judging.close(CLOSE_STEP_MAX);
    if (beating.close(CLOSE_STEP_MAX)) {
      signOff();
    } else {
      log.warn("node {} could not sign off: its last beat has not come back", id);
    }
    session.close();
    if (!still) {
      log.warn("node {} leaves in the middle of a look at the others", id);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void signOff() {
    try {
      session.answerWithin(SIGN_OFF_MAX);
      session.tx(tx -> {
        tx.list(PATIENCE, row -> true);
        return tx.update(SIGN_OFF, id);
      });
    } catch (StoreFailure e) {
      log.warn(
          "node {} could not sign off and will be declared dead by others: {}", id, e.getMessage());
    }
  }
}
