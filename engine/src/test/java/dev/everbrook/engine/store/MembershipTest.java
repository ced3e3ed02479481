package dev.everbrook.engine.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.everbrook.engine.FakeModel;
import dev.everbrook.engine.TestNode;
import dev.everbrook.engine.world.World;
import dev.everbrook.postgres.Access;
import dev.everbrook.postgres.TestPostgres;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a node learns of the other lives; how it judges them is seen in the tests of jobs. */
class MembershipTest {

  private static final int WAIT_S = 20;

  private final Semaphore gone = new Semaphore(0);
  private HikariDataSource pool;
  private Database database;

  @BeforeEach
  void start() {
    Access access = TestPostgres.newDatabase();
    TestNode.start(access, new FakeModel(), TestNode.QUICK).close(); // makes the schema
    pool = Pool.open(access.url(), access.user(), access.password(), 6);
    database = new Database(pool);
  }

  @AfterEach
  void stop() {
    pool.close();
  }

  @Test
  void aNodeIsToldOfALifeThatSignedOffAndOfOneThatOthersEnded() throws Exception {
    Membership other = new Membership(database, World.real(), "two");
    long worker =
        database.tx(tx ->
            tx.only(
                """
                INSERT INTO everbrook.node (name, beat_at, lease_ends, by_lease)
                VALUES ('worker', now(), now() + interval '1 hour', true)
                RETURNING id
                """,
                row -> row.getLong(1)));
    try (Membership membership = new Membership(database, World.real(), "one")) {
      membership.onGone(gone::release);

      other.close();
      assertThat(gone.tryAcquire(WAIT_S, TimeUnit.SECONDS)).isTrue();

      database.update("DELETE FROM everbrook.node WHERE id = ?", worker);
      assertThat(gone.tryAcquire(WAIT_S, TimeUnit.SECONDS)).isTrue();
    }
  }
}
