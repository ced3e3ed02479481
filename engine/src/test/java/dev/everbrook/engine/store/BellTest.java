package dev.everbrook.engine.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.everbrook.engine.FrozenLine;
import dev.everbrook.engine.world.World;
import dev.everbrook.postgres.Access;
import dev.everbrook.postgres.TestPostgres;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

@Order(1)
class BellTest {

  private static final int WAIT_S = 20;

  private final AtomicInteger refusals = new AtomicInteger();
  private Access access;
  private HikariDataSource pool;
  private Bell here;
  private Bell there;

  @BeforeEach
  void open() throws Exception {
    access = TestPostgres.newDatabase();
    pool = Pool.open(access.url(), access.user(), access.password(), 4);
    here = new Bell(new Database(new Refusing(pool, refusals)), World.real());
    there = new Bell(new Database(pool), World.real());
    hears(there);
  }

  /** Returns when a ring arrives: from then on the other side listens. */
  private void hears(Bell bell) throws InterruptedException {
    CountDownLatch heard = new CountDownLatch(1);
    bell.on("hello", _ -> heard.countDown());
    boolean arrived = false;
    for (int i = 0; i < 100 && !arrived; i++) {
      here.ring("hello", "there");
      arrived = heard.await(200, TimeUnit.MILLISECONDS);
    }
    assertThat(arrived).isTrue();
  }

  @AfterEach
  void close() {
    here.close();
    there.close();
    pool.close();
  }

  @Test
  void othersHearItAndTheRingerDoesNot() throws Exception {
    BlockingQueue<String> heardThere = new LinkedBlockingQueue<>();
    BlockingQueue<String> heardHere = new LinkedBlockingQueue<>();
    there.on("topic", heardThere::add);
    here.on("topic", heardHere::add);
    here.on("answer", heardHere::add);

    here.ring("topic", "a note with spaces");
    assertThat(heardThere.poll(WAIT_S, TimeUnit.SECONDS)).isEqualTo("a note with spaces");
    there.ring("answer", "yes");
    assertThat(heardHere.poll(WAIT_S, TimeUnit.SECONDS)).isEqualTo("yes");
  }

  @Test
  void moreThanOnePayloadHoldsArrivesAll() throws Exception {
    Set<String> heard = ConcurrentHashMap.newKeySet();
    CountDownLatch all = new CountDownLatch(2_000);
    there.on(
        "many",
        note -> {
          if (heard.add(note)) {
            all.countDown();
          }
        });
    for (int i = 0; i < 2_000; i++) {
      here.ring("many", "note-" + i);
    }
    assertThat(all.await(WAIT_S, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aNoteWithLineBreaksIsNotRung() throws Exception {
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    there.on("first", heard::add);
    there.on("job-cancel", heard::add);

    here.ring("first", "q\njob-cancel 42");
    here.ring("first", "done");

    assertThat(heard.poll(WAIT_S, TimeUnit.SECONDS)).isEqualTo("done");
    assertThat(heard).isEmpty();
  }

  @Test
  void aNoteThatIsTooLongCostsTheOthersNothing() throws Exception {
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    there.on("topic", heard::add);

    here.ring("topic", "x".repeat(Bell.RING_BYTES_MAX));
    here.ring("topic", "short");

    assertThat(heard.poll(WAIT_S, TimeUnit.SECONDS)).isEqualTo("short");
    assertThat(heard).isEmpty();
  }

  @Test
  void notesOfManyBytesToACharacterArriveAll() throws Exception {
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    there.on("topic", heard::add);
    for (int i = 0; i < 20; i++) {
      here.ring("topic", i + "\u20ac".repeat(1_000));
    }
    for (int i = 0; i < 20; i++) {
      assertThat(heard.poll(WAIT_S, TimeUnit.SECONDS))
          .startsWith(i + "\u20ac")
          .hasSizeGreaterThan(999);
    }
  }

  @Test
  void aNoteThatItsListenerCannotReadCostsTheOthersNothing() throws Exception {
    BlockingQueue<Long> heard = new LinkedBlockingQueue<>();
    there.on("number", note -> heard.add(Long.parseLong(note)));

    here.ring("number", "x");
    here.ring("number", "7");

    assertThat(heard.poll(WAIT_S, TimeUnit.SECONDS)).isEqualTo(7);
  }

  @Test
  void aRingThatCouldNotBeSentIsSentWhenTheDatabaseTakesItAgain() throws Exception {
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    there.on("topic", heard::add);
    refusals.set(3);

    here.ring("topic", "kept");

    assertThat(heard.poll(WAIT_S, TimeUnit.SECONDS)).isEqualTo("kept");
    assertThat(refusals.get()).isNotPositive();
  }

  @Test
  void whatNoNotificationCanCarryIsNotRungAndHoldsUpNothing() throws Exception {
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    there.on("topic", heard::add);

    here.ring("topic", "no\0thing");
    here.ring("topic", "lone \ud800 surrogate");
    here.ring("topic", "next");

    String next = heard.poll(WAIT_S, TimeUnit.SECONDS);
    if (!"next".equals(next)) {
      next = heard.poll(WAIT_S, TimeUnit.SECONDS); // the driver may have replaced the surrogate
    }
    assertThat(next).isEqualTo("next");
  }

  @Test
  void anErrorOfOneListenerCostsNeitherTheOthersNorTheRingsAfterIt() throws Exception {
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    there.on(
        "topic",
        _ -> {
          throw new StackOverflowError("as if");
        });
    there.on("topic", heard::add);
    CountDownLatch gap = new CountDownLatch(1);
    there.onGap(() -> {
      throw new NoClassDefFoundError("as if");
    });
    there.onGap(gap::countDown);

    here.ring("topic", "1");
    here.ring("topic", "2");
    assertThat(heard.poll(WAIT_S, TimeUnit.SECONDS)).isEqualTo("1");
    assertThat(heard.poll(WAIT_S, TimeUnit.SECONDS)).isEqualTo("2");
    cutAll();

    assertThat(gap.await(WAIT_S, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aLineThatFellSilentWithoutBeingCutIsNoticedWithinSeconds() throws Exception {
    try (FrozenLine line = new FrozenLine(access);
        HikariDataSource far = Pool.open(line.url(), access.user(), access.password(), 2);
        Bell distant = new Bell(new Database(far), World.real())) {
      hears(distant);
      CountDownLatch gap = new CountDownLatch(1);
      distant.onGap(gap::countDown);
      line.freeze();

      assertThat(gap.await(WAIT_S, TimeUnit.SECONDS)).isTrue();
      hears(distant);
    }
  }

  @Test
  void whoeverListensIsToldOfAGapAfterTheConnectionBroke() throws Exception {
    CountDownLatch gap = new CountDownLatch(1);
    there.onGap(gap::countDown);
    cutAll();

    assertThat(gap.await(WAIT_S, TimeUnit.SECONDS)).isTrue();
    hears(there);
  }

  private void cutAll() {
    new Database(pool)
        .list(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid()
            """,
            row -> true);
  }
}
