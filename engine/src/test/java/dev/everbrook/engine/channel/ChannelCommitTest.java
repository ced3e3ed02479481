package dev.everbrook.engine.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.everbrook.engine.Await;
import dev.everbrook.engine.TestNode;
import dev.everbrook.engine.store.Principal;
import dev.everbrook.engine.store.StoreFailure;
import dev.everbrook.engine.stream.StreamFailure;
import dev.everbrook.postgres.Access;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What happens to appends when not all goes well. */
class ChannelCommitTest {

  private static final Principal ANN = new Principal("ann");
  private static final ContentType TEXT = new ContentType("text/plain");

  private Access access;
  private TestNode node;
  private Channels channels;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  @BeforeEach
  void start() {
    access = TestNode.newDatabase();
    node = TestNode.reading(access);
    channels = node.engine().channels();
  }

  @AfterEach
  void stop() {
    threads.close();
    node.close();
  }

  @Test
  void whatTheDatabaseRejectsFailsAloneThoughItCameWithOthers() throws Exception {
    List<ChannelName> names = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      names.add(made("channel/" + i));
    }
    poison(names.get(4));
    List<Future<Appended>> appends = gathered(names);
    for (int i = 0; i < names.size(); i++) {
      Future<Appended> append = appends.get(i);
      if (i == 4) {
        assertThatThrownBy(append::get)
            .isInstanceOf(ExecutionException.class)
            .cause()
            .isInstanceOfSatisfying(
                StreamFailure.class,
                it -> assertThat(it.reason()).isEqualTo(StreamFailure.Reason.REJECTED));
      } else {
        assertThat(append.get()).isInstanceOf(Appended.Taken.class);
      }
    }
    assertThat(channels.append(Append.of(names.get(0), TEXT, event()))).isEqualTo(taken(2));
  }

  @Test
  void whenTheDatabaseIsAwayAppendsFailAndGoOnWhenItIsBack() throws Exception {
    ChannelName name = made("room");
    channels.append(Append.of(name, TEXT, event()));
    cutConnections();
    long next = 1;
    boolean failed = false;
    while (next < 20) { // the first over the broken connection fails, the others do not
      try {
        Appended.Taken taken = (Appended.Taken) channels.append(Append.of(name, TEXT, event()));
        assertThat(taken.next()).isEqualTo(next + 1);
        next = taken.next();
      } catch (StoreFailure e) {
        failed = true;
      }
    }
    assertThat(failed).isTrue();
  }

  @Test
  void oneThatStopsSaysSoToWhoComesLater() throws Exception {
    ChannelName name = made("room");
    channels.close();
    assertThat(channels.append(Append.of(name, TEXT, event()))).isEqualTo(new Appended.Busy());
  }

  @Test
  void aChannelThatSomebodyHasLockedHoldsUpNoOther() throws Exception {
    ChannelName locked = made("locked");
    ChannelName free = made("free");
    CountDownLatch held = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    Future<?> holder = threads.submit(() -> hold(locked, held, release));
    held.await();
    List<Future<Appended>> waiting = new ArrayList<>();
    for (int n = 0; n < 5; n++) {
      waiting.add(threads.submit(() -> channels.append(Append.of(locked, TEXT, event()))));
    }
    try {
      for (int n = 1; n <= 20; n++) {
        Future<Appended> other =
            threads.submit(() -> channels.append(Append.of(free, TEXT, event())));
        assertThat(other.get(2, TimeUnit.SECONDS)).isEqualTo(taken(n));
      }
      assertThat(waiting).noneMatch(Future::isDone);
    } finally {
      release.countDown();
    }
    holder.get();
    for (Future<Appended> each : waiting) {
      assertThat(each.get(5, TimeUnit.SECONDS)).isInstanceOf(Appended.Taken.class);
    }
    assertThat(channels.append(Append.of(locked, TEXT, event()))).isEqualTo(taken(6));
  }

  @Test
  void whoIsHeldUpForLongIsToldToComeAgain() throws Exception {
    ChannelName locked = made("locked");
    CountDownLatch held = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    Future<?> holder = threads.submit(() -> hold(locked, held, release));
    held.await();
    Future<Appended> waiting =
        threads.submit(() -> channels.append(Append.of(locked, TEXT, event())));

    try {
      assertThat(waiting.get(20, TimeUnit.SECONDS)).isEqualTo(new Appended.Busy());
    } finally {
      release.countDown();
    }
    holder.get();
    assertThat(channels.append(Append.of(locked, TEXT, event()))).isEqualTo(taken(1));
  }

  private Object hold(ChannelName name, CountDownLatch held, CountDownLatch release) {
    return node.engine()
        .database()
        .tx(tx -> {
          tx.update("SET LOCAL idle_in_transaction_session_timeout = 0");
          tx.list(
              "SELECT 1 FROM everbrook.channel WHERE name = ? FOR UPDATE",
              row -> row.getInt(1),
              name.path());
          held.countDown();
          await(release);
          return 0;
        });
  }

  @Test
  void whatWasNotSentWhenTheConnectionBrokeMayComeAgain() throws Exception {
    List<ChannelName> names = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      names.add(made("channel/" + i));
    }
    poison(names.get(7));
    breakAtTheSecondAppendTo(names.get(0));
    List<Future<Appended>> appends = gatheredBehind(made("plug"), names);
    int failed = 0;
    int busy = 0;
    for (Future<Appended> append : appends) {
      try {
        busy += append.get() instanceof Appended.Busy ? 1 : 0;
      } catch (ExecutionException e) {
        assertThat(e).cause().isInstanceOf(StoreFailure.class);
        failed++;
      }
    }
    assertThat(failed).isEqualTo(4);
    assertThat(busy).isEqualTo(4);
  }

  private void breakAtTheSecondAppendTo(ChannelName name) {
    long stream = channels.find(name).orElseThrow().ref().id();
    node.engine().database().update("CREATE SEQUENCE tries");
    node.engine()
        .database()
        .update(
            """
            CREATE FUNCTION break() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
              IF new.stream_id = tg_argv[0]::bigint AND nextval('tries') = 2 THEN
                PERFORM pg_terminate_backend(pg_backend_pid());
              END IF;
              RETURN new;
            END $$
            """);
    node.engine()
        .database()
        .update(
            "CREATE TRIGGER break BEFORE INSERT ON everbrook.chunk FOR EACH ROW EXECUTE FUNCTION"
                + " break('"
                + stream
                + "')");
  }

  /** While one append waits for the table of chunks, the others gather. */
  private List<Future<Appended>> gatheredBehind(ChannelName plug, List<ChannelName> names)
      throws Exception {
    List<Future<Appended>> appends = new ArrayList<>();
    node.engine()
        .database()
        .tx(tx -> {
          tx.update("LOCK TABLE everbrook.chunk IN EXCLUSIVE MODE");
          Future<Appended> first = submit(plug);
          while (tx.only("SELECT count(*) FROM pg_locks WHERE NOT granted", it -> it.getInt(1))
              == 0) {
            Await.rest();
          }
          names.forEach(name -> appends.add(submit(name)));
          return first;
        });
    return appends;
  }

  private Future<Appended> submit(ChannelName name) {
    CountDownLatch begun = new CountDownLatch(1);
    Future<Appended> append =
        threads.submit(() -> {
          begun.countDown();
          return channels.append(Append.of(name, TEXT, event()));
        });
    await(begun);
    return append;
  }

  /** Holds the row of the first, so that the others gather behind it, and lets it go. */
  private List<Future<Appended>> gathered(List<ChannelName> names) throws Exception {
    CountDownLatch held = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    Future<?> holder =
        threads.submit(() ->
            node.engine()
                .database()
                .tx(tx -> {
                  tx.list("SELECT 1 FROM everbrook.channel FOR UPDATE", row -> row.getInt(1));
                  held.countDown();
                  await(release);
                  return 0;
                }));
    held.await();
    List<Future<Appended>> appends = new ArrayList<>();
    for (ChannelName name : names) {
      CountDownLatch begun = new CountDownLatch(1);
      appends.add(
          threads.submit(() -> {
            begun.countDown();
            return channels.append(Append.of(name, TEXT, event()));
          }));
      begun.await();
    }
    release.countDown();
    holder.get();
    return appends;
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Its next event has a number that stands there already. */
  private void poison(ChannelName name) {
    long stream = channels.find(name).orElseThrow().ref().id();
    node.engine()
        .database()
        .update(
            "INSERT INTO everbrook.chunk (stream_id, seq, n, data) VALUES (?, 0, 1, ?)",
            stream,
            new byte[] {1, 'x'});
  }

  private void cutConnections() {
    node.engine()
        .database()
        .list(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid()
            """,
            row -> true);
  }

  private ChannelName made(String path) {
    ChannelName name = new ChannelName(ANN, path);
    channels.create(NewChannel.of(name, TEXT));
    return name;
  }

  private static List<byte[]> event() {
    return List.of("event".getBytes(StandardCharsets.UTF_8));
  }

  private static Appended taken(long next) {
    return new Appended.Taken(next, false, Optional.empty());
  }
}
