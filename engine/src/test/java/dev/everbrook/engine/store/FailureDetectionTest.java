package dev.everbrook.engine.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.everbrook.engine.TestNode;
import dev.everbrook.engine.world.World;
import dev.everbrook.postgres.Access;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** Which incarnations are declared dead, and which are not although they look so. */
@Order(1)
class FailureDetectionTest {

  private static final int WAIT_S = 25;
  private static final int NODES = 5;

  /** Beats stand still as long as somebody holds the lock, and are out of date when they return. */
  private static final String STALL =
      """
      CREATE FUNCTION stall() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF NOT pg_try_advisory_xact_lock_shared(42) THEN
          PERFORM pg_advisory_xact_lock_shared(42);
          NEW.lease_ends := now() + interval '1 s';
        END IF;
        RETURN NEW;
      END $$;
      CREATE TRIGGER stall BEFORE UPDATE ON everbrook.node FOR EACH ROW EXECUTE FUNCTION stall()
      """;

  private static final String STALLED_S =
      """
      SELECT count(*) >= ? FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event = 'advisory'
         AND now() - query_start > interval '3500 ms'
      """;

  private static final String BORN =
      """
      INSERT INTO everbrook.node (name, beat_at, lease_ends, by_lease)
      VALUES ('dead', now() + ? * interval '1 s', now() + ? * interval '1 s', ?)
      RETURNING id
      """;

  private final List<Membership> nodes = new ArrayList<>();
  private Access access;
  private HikariDataSource pool;
  private Database database;

  @BeforeEach
  void start() {
    access = TestNode.newDatabase();
    pool = Pool.open(access.url(), access.user(), access.password(), 3 * NODES);
    database = new Database(pool);
  }

  @AfterEach
  void stop() {
    nodes.forEach(Membership::close);
    pool.close();
  }

  private void startNodes(int many) {
    for (int i = 0; i < many; i++) {
      nodes.add(new Membership(database, World.real(), "node-" + i));
    }
  }

  @Test
  void aDatabaseThatStoodStillMakesNobodyLookDead() throws Exception {
    startNodes(NODES);
    awaitBeats(2);
    List<Long> before = incarnations();
    try (Connection knife = connect();
        Statement statement = knife.createStatement()) {
      statement.execute("SELECT pg_advisory_lock(42)");
      statement.execute(STALL);
      await("all beats stand still", () -> isTrue(STALLED_S, NODES));
    }
    awaitBeats(3);

    assertThat(incarnations()).isEqualTo(before);
  }

  @Test
  void aClockThatJumpsMakesNobodyLookDead() {
    startNodes(NODES);
    awaitBeats(5); // long enough for them to judge
    List<Long> before = incarnations();
    for (String jump : List.of("-1 h", "1 h", "-1 d", "-1 min", "1 d", "-21 s")) {
      database.update( // as if the database's clock had gone the other way
          """
          UPDATE everbrook.node
             SET beat_at = beat_at + ?::interval, lease_ends = lease_ends + ?::interval
          """,
          jump,
          jump);
      awaitBeats(1);
    }
    assertThat(incarnations()).isEqualTo(before);
  }

  @Test
  void theDeadAreNoticedThoughTheClockHasGoneBack() {
    long gone = born(3_600, 3_620, false);
    long worker = born(3_600, 3_602, true);
    startNodes(1);

    await(
        "both are declared dead",
        () -> !incarnations().contains(gone) && !incarnations().contains(worker));
  }

  @Test
  void aNodeWhoseProcessIsGoneIsNoticedWithinSecondsAndAWorkerIsLeftItsLease() {
    startNodes(1);
    long worker = born(0, 12, true);
    long gone = born(0, 20, false);
    long start = System.nanoTime();

    await("the node is declared dead", () -> !incarnations().contains(gone));
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(9));
    assertThat(incarnations()).contains(worker);
    await("the worker is declared dead", () -> !incarnations().contains(worker));
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofSeconds(11));
  }

  @Test
  void aTransactionThatStandsStillHoldsUpNeitherTheOtherBurialsNorALeave() throws Exception {
    startNodes(2);
    Membership leaving = nodes.removeLast();
    long held = born(-60, -40, false);
    List<Long> others = List.of(born(-60, -40, false), born(-60, -58, true));
    try (Connection frozen = connect();
        Statement statement = frozen.createStatement()) {
      frozen.setAutoCommit(false);
      statement.execute("SELECT FROM everbrook.node FOR KEY SHARE");

      long late = born(-60, -40, false);
      await("what nobody holds is declared dead", () -> !incarnations().contains(late));
      long start = System.nanoTime();
      leaving.close();
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
      assertThat(incarnations()).contains(held).containsAll(others);
    }
    await(
        "the others too",
        () ->
            !incarnations().contains(held) && others.stream().noneMatch(incarnations()::contains));
    await("the one that left", () -> !incarnations().contains(leaving.node()));
  }

  /** Its row goes with that of its incarnation. */
  @Test
  void aWorkerWhoseRowIsHeldKeepsNoOtherFromBeingBuried() throws Exception {
    startNodes(1);
    long held = born(-60, -58, true);
    database.update(
        """
        INSERT INTO everbrook.worker (id, public_id, principal, lease_ms, kinds)
        VALUES (?, gen_random_uuid(), 'p', 2000, '{}')
        """,
        held);
    List<Long> others = List.of(born(-60, -40, false), born(-60, -58, true));
    try (Connection frozen = connect();
        Statement statement = frozen.createStatement()) {
      frozen.setAutoCommit(false);
      statement.execute("SELECT FROM everbrook.worker FOR KEY SHARE");

      await(
          "the others are declared dead",
          () -> others.stream().noneMatch(incarnations()::contains));
      assertThat(incarnations()).contains(held);
    }
    await("the one that was held", () -> !incarnations().contains(held));
  }

  private long born(int beatS, int leaseS, boolean byLease) {
    return database.<Long>only(BORN, row -> row.getLong(1), beatS, leaseS, byLease);
  }

  private List<Long> incarnations() {
    return database.list("SELECT id FROM everbrook.node ORDER BY id", row -> row.getLong(1));
  }

  /** Until each of the nodes has beaten so often. */
  private void awaitBeats(int many) {
    for (int i = 0; i < many; i++) {
      Map<Long, String> before = beats();
      await(
          "a beat of all",
          () ->
              beats().entrySet().stream()
                  .noneMatch(it -> it.getValue().equals(before.get(it.getKey()))));
    }
  }

  private Map<Long, String> beats() {
    return database
        .list(
            "SELECT id, xmin::text FROM everbrook.node",
            row -> Map.entry(row.getLong(1), row.getString(2)))
        .stream()
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  private boolean isTrue(String sql, Object... values) {
    return database.<Boolean>only(sql, row -> row.getBoolean(1), values);
  }

  private Connection connect() throws SQLException {
    return DriverManager.getConnection(access.url(), access.user(), access.password());
  }

  private void await(String what, BooleanSupplier comes) {
    long start = System.nanoTime();
    while (!comes.getAsBoolean()) {
      assertThat(System.nanoTime() - start).as(what).isLessThan(TimeUnit.SECONDS.toNanos(WAIT_S));
      database.list("SELECT pg_sleep(0.02)", row -> true); // others need the processors too
    }
  }
}
