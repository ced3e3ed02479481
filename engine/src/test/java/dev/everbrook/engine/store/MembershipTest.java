package dev.everbrook.engine.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.everbrook.engine.Await;
import dev.everbrook.engine.TestNode;
import dev.everbrook.engine.world.World;
import dev.everbrook.postgres.Access;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What a node learns of the other incarnations; how it judges them is seen in the tests of jobs.
 */
class MembershipTest {

  private static final int WAIT_S = 20;

  private final Semaphore gone = new Semaphore(0);
  private Access access;
  private HikariDataSource pool;
  private Database database;

  @BeforeEach
  void start() {
    access = TestNode.newDatabase();
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

  @Test
  void theBeatGoesOnAfterARestartThoughTheApplicationTakesEveryConnection() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    try (HikariDataSource busy = Pool.open(access.url(), access.user(), access.password(), 1);
        ExecutorService application = Executors.newVirtualThreadPerTaskExecutor();
        Membership node = new Membership(new Database(busy), World.real(), "busy")) {
      try (Membership _ = new Membership(database, World.real(), "judge")) {
        long before = node.node();
        List<Future<Boolean>> held = new ArrayList<>();
        for (int i = 0; i < 3 * busy.getMaximumPoolSize(); i++) {
          held.add(application.submit(() -> hold(busy, release)));
        }
        while (busy.getHikariPoolMXBean().getThreadsAwaitingConnection() == 0) {
          Await.rest();
        }
        database.list(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid()
            """,
            row -> true);
        String last = version(before);
        for (int i = 0; i < 5; i++) {
          last = awaitOther(before, last);
        }
        assertThat(node.node()).isEqualTo(before);
        release.countDown();
        for (Future<Boolean> each : held) {
          each.get(WAIT_S, TimeUnit.SECONDS);
        }
      } finally {
        release.countDown();
      }
    }
  }

  private static boolean hold(HikariDataSource pool, CountDownLatch release) throws Exception {
    boolean held = false;
    while (!held && release.getCount() > 0) {
      try (Connection _ = pool.getConnection()) {
        held = true;
        release.await();
      } catch (SQLException _) {
        // A broken one: the next.
      }
    }
    return held;
  }

  private String awaitOther(long node, String version) {
    long start = System.nanoTime();
    while (version(node).equals(version)) {
      assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(WAIT_S));
      database.list("SELECT pg_sleep(0.02)", row -> true);
    }
    return version(node);
  }

  private String version(long node) {
    return database
        .first("SELECT xmin::text FROM everbrook.node WHERE id = ?", row -> row.getString(1), node)
        .orElse("none");
  }

  @Test
  void aNodeSignsOffThoughTheThreadThatClosesItIsInterrupted() {
    Membership node = new Membership(database, World.real(), "interrupted");
    Thread.currentThread().interrupt();
    node.close();

    assertThat(Thread.interrupted()).as("it is passed on").isTrue();
    assertThat(version(node.node())).isEqualTo("none");
  }

  @Test
  void aLostLifeIsToldThoughTheNextOneCannotBeLockedYet() throws Exception {
    CompletableFuture<Long> lost = new CompletableFuture<>();
    AtomicBoolean broken = new AtomicBoolean();
    try (HikariDataSource pools = Pool.open(access.url(), access.user(), access.password(), 4);
        Membership node =
            new Membership(new Database(lockless(pools, broken)), World.real(), "lost")) {
      node.onLost(lost::complete);
      long before = node.node();
      broken.set(true);
      database.update("DELETE FROM everbrook.node WHERE id = ?", before);

      assertThat(lost.get(WAIT_S, TimeUnit.SECONDS)).isEqualTo(before);
      assertThat(node.node()).isGreaterThan(before);
      broken.set(false);
    }
  }

  /** A source over whose connections no lock can be had while it is broken. */
  private static DataSource lockless(DataSource source, AtomicBoolean broken) {
    return (DataSource)
        Proxy.newProxyInstance(
            DataSource.class.getClassLoader(),
            new Class<?>[] {DataSource.class},
            (_, method, values) -> {
              if (method.getName().equals("isWrapperFor")) {
                return false;
              }
              Object made = method.invoke(source, values);
              return made instanceof Connection connection ? lockless(connection, broken) : made;
            });
  }

  private static Connection lockless(Connection connection, AtomicBoolean broken) {
    return (Connection)
        Proxy.newProxyInstance(
            Connection.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (_, method, values) -> {
              if (broken.get()
                  && method.getName().equals("prepareStatement")
                  && values[0].toString().contains("pg_try_advisory_lock")) {
                throw new SQLException("as if it were lost", "08006");
              }
              try {
                return method.invoke(connection, values);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Test
  void whenTheApplicationClosesItsPoolTheBeatEndsToo() throws Exception {
    HikariDataSource pools = Pool.open(access.url(), access.user(), access.password(), 1);
    Membership dying = new Membership(new Database(pools), World.real(), "dying");
    pools.close();
    try (Membership _ = new Membership(database, World.real(), "judge")) {
      long start = System.nanoTime();
      while (!version(dying.node()).equals("none")) {
        assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(WAIT_S / 2));
        database.list("SELECT pg_sleep(0.02)", row -> true);
      }
    }
    dying.close();
  }
}
