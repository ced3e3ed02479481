package dev.everbrook.engine.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.everbrook.engine.TestNode;
import dev.everbrook.engine.live.Tail;
import dev.everbrook.engine.store.Principal;
import dev.everbrook.postgres.Access;
import dev.everbrook.postgres.TestPostgres;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Channels on two nodes over one database. */
class ChannelsTest {

  private static final Principal ANN = new Principal("ann");
  private static final Principal BOB = new Principal("bob");
  private static final ContentType TEXT = new ContentType("text/plain");
  private static final ContentType JSON = new ContentType("application/json");
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final Duration GONE_AFTER = Duration.ofHours(1);

  private static TestNode one;
  private static TestNode two;
  private static int names;

  @BeforeAll
  static void start() {
    Access access = TestPostgres.newDatabase();
    one = TestNode.reading(access);
    two = TestNode.reading(access);
  }

  @AfterAll
  static void stop() {
    two.close();
    one.close();
  }

  @Test
  void whatIsAppendedOnOneNodeIsReadOnTheOther() throws Exception {
    ChannelName name = made(TEXT);
    assertThat(append(one, name, "a", "b")).isEqualTo(taken(2));
    assertThat(append(two, name, "c")).isEqualTo(taken(3));
    assertThat(read(one, name)).containsExactly("a", "b", "c");
    assertThat(two.engine().channels().find(name).orElseThrow().next()).isEqualTo(3);
  }

  @Test
  void whatManyAppendAtOnceOnTwoNodesIsNumberedWithoutAGapAndNothingIsLost() throws Exception {
    ChannelName name = made(TEXT);
    List<Future<?>> writers = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int w = 0; w < 20; w++) {
        int writer = w;
        TestNode node = w % 2 == 0 ? one : two;
        writers.add(
            threads.submit(() -> {
              for (int i = 0; i < 30; i++) {
                append(node, name, writer + ":" + i);
              }
              return null;
            }));
      }
      for (Future<?> writer : writers) {
        writer.get();
      }
    }
    List<String> all = read(one, name);
    assertThat(all).hasSize(600).doesNotHaveDuplicates();
    Map<String, Integer> last = new HashMap<>();
    for (String event : all) {
      String writer = event.substring(0, event.indexOf(':'));
      int i = Integer.parseInt(event.substring(event.indexOf(':') + 1));
      assertThat(i).isEqualTo(last.merge(writer, 0, (was, _) -> was + 1));
    }
  }

  @Test
  void aReaderOnEitherNodeFollowsWhatBothAppend() throws Exception {
    ChannelName name = made(TEXT);
    StreamRef ref = one.engine().channels().find(name).orElseThrow().ref();
    try (Tail here = one.engine().tails().followShared(ref, 0, 0);
        Tail there = two.engine().tails().followShared(ref, 0, 0)) {
      for (int i = 0; i < 20; i++) {
        append(i % 3 == 0 ? one : two, name, "e" + i);
        assertThat(text(here.next(SOON))).containsExactly("e" + i);
        assertThat(text(there.next(SOON))).containsExactly("e" + i);
      }
      one.engine().channels().append(Append.closing(name));
      assertThat(here.next(SOON).ended()).isTrue();
      assertThat(there.next(SOON).ended()).isTrue();
    }
  }

  @Test
  void whatAProducerRepeatsOnAnyNodeStandsOnce() throws Exception {
    ChannelName name = made(TEXT);
    for (int seq = 0; seq < 10; seq++) {
      Append append = by(name, "p", 0, seq, "m" + seq);
      assertThat(one.engine().channels().append(append)).isInstanceOf(Appended.Taken.class);
      assertThat(two.engine().channels().append(append)).isInstanceOf(Appended.Repeated.class);
    }
    assertThat(read(one, name)).hasSize(10);
    assertThat(two.engine().channels().append(by(name, "p", 1, 0, "new life")))
        .isInstanceOf(Appended.Taken.class);
    assertThat(one.engine().channels().append(by(name, "p", 0, 10, "late")))
        .isEqualTo(new Appended.Fenced(1));
  }

  @Test
  void manyTriesOfTheSameAppendAtOnceStandOnce() throws Exception {
    ChannelName name = made(TEXT);
    Append append = by(name, "p", 0, 0, "once");
    List<Future<Appended>> tries = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 20; i++) {
        Channels channels = (i % 2 == 0 ? one : two).engine().channels();
        tries.add(threads.submit(() -> channels.append(append)));
      }
    }
    int taken = 0;
    for (Future<Appended> each : tries) {
      taken += each.get() instanceof Appended.Taken ? 1 : 0;
    }
    assertThat(taken).isEqualTo(1);
    assertThat(read(one, name)).containsExactly("once");
  }

  @Test
  void aClosedChannelIsAWholeStream() throws Exception {
    ChannelName name = made(TEXT);
    append(one, name, "a");
    Append last =
        new Append(name, Optional.of(TEXT), events("z"), true, Optional.empty(), Optional.empty());
    assertThat(one.engine().channels().append(last))
        .isEqualTo(new Appended.Taken(2, true, Optional.empty()));
    assertThat(append(two, name, "late")).isEqualTo(new Appended.Closed(2));
    Channel channel = two.engine().channels().find(name).orElseThrow();
    assertThat(channel.isClosed()).isTrue();
    assertThat(two.engine().log().read(channel.ref().id(), 0).ended()).isTrue();
  }

  @Test
  void theSameNameOfAnotherIsAnotherChannel() throws Exception {
    ChannelName anns = made(TEXT);
    ChannelName bobs = new ChannelName(BOB, anns.path());
    assertThat(one.engine().channels().find(bobs)).isEmpty();
    assertThat(append(one, bobs, "x")).isEqualTo(new Appended.Missing());
    assertThat(one.engine().channels().delete(bobs)).isEqualTo(Channels.Deletion.MISSING);
    assertThat(one.engine().channels().create(NewChannel.of(bobs, JSON)))
        .isInstanceOf(Creation.Made.class);
    assertThat(read(one, anns)).isEmpty();
  }

  @Test
  void createdTwiceAtOnceItIsMadeOnce() throws Exception {
    ChannelName name = fresh();
    List<Future<Creation>> tries = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 8; i++) {
        Channels channels = (i % 2 == 0 ? one : two).engine().channels();
        tries.add(threads.submit(() -> channels.create(NewChannel.of(name, TEXT))));
      }
    }
    int made = 0;
    for (Future<Creation> each : tries) {
      made += each.get() instanceof Creation.Made ? 1 : 0;
    }
    assertThat(made).isEqualTo(1);
    assertThat(one.engine().channels().create(NewChannel.of(name, JSON)))
        .isInstanceOf(Creation.Differs.class);
  }

  @Test
  void aChannelThatWasDeletedIsGoneAndItsNameIsFree() throws Exception {
    ChannelName name = made(TEXT);
    append(one, name, "old");
    assertThat(two.engine().channels().delete(name)).isEqualTo(Channels.Deletion.DONE);
    assertThat(one.engine().channels().find(name)).isEmpty();
    assertThat(append(one, name, "x")).isEqualTo(new Appended.Missing());
    assertThat(one.engine().channels().create(NewChannel.of(name, JSON)))
        .isInstanceOf(Creation.Made.class);
    assertThat(read(two, name)).isEmpty();
  }

  @Test
  void whatHasExpiredIsFoundByNobodyAndItsNameIsFree() throws Exception {
    ChannelName name = fresh();
    made(name, new Lifetime.Sliding(Duration.ZERO));
    assertThat(one.engine().channels().use(name)).isEmpty();
    assertThat(append(two, name, "x")).isEqualTo(new Appended.Missing());
    made(name, new Lifetime.Until(Instant.parse("2020-01-01T00:00:00Z")));
    assertThat(one.engine().channels().find(name)).isEmpty();
    assertThat(one.engine().channels().delete(name)).isEqualTo(Channels.Deletion.MISSING);
    made(name, Lifetime.FOREVER);
    assertThat(one.engine().channels().find(name)).isPresent();
  }

  @Test
  void aUseProlongsASlidingLifeAndALookDoesNot() throws Exception {
    ChannelName read = fresh();
    ChannelName written = fresh();
    ChannelName looked = fresh();
    for (ChannelName name : List.of(read, written, looked)) {
      made(name, new Lifetime.Sliding(GONE_AFTER));
      age(name, Duration.ofMinutes(50));
    }
    one.engine().channels().use(read);
    append(one, written, "x");
    one.engine().channels().find(looked);
    for (ChannelName name : List.of(read, written, looked)) {
      age(name, Duration.ofMinutes(20));
    }
    assertThat(one.engine().channels().find(read)).isPresent();
    assertThat(one.engine().channels().find(written)).isPresent();
    assertThat(one.engine().channels().find(looked)).isEmpty();
    assertThat(one.engine().channels().find(read).orElseThrow().lifetime())
        .isEqualTo(new Lifetime.Sliding(GONE_AFTER));
  }

  @Test
  void theStreamOfAChannelIsNotRemovedWithoutIt() throws Exception {
    ChannelName name = made(TEXT);
    append(one, name, "a");
    long stream = one.engine().channels().find(name).orElseThrow().ref().id();

    assertThatThrownBy(
            () -> one.engine().database().tx(tx -> one.engine().removal().remove(tx, stream)))
        .isInstanceOfSatisfying(
            StreamFailure.class,
            it -> assertThat(it.reason()).isEqualTo(StreamFailure.Reason.BEING_WRITTEN));
    assertThat(append(one, name, "b")).isEqualTo(taken(2));
  }

  @Test
  void aLifeEndsWhereTheDatabaseCanSayIt() {
    ChannelName name = fresh();
    made(name, new Lifetime.Until(Lifetime.Until.LAST));

    assertThat(one.engine().channels().find(name).orElseThrow().lifetime())
        .isEqualTo(new Lifetime.Until(Lifetime.Until.LAST));
    made(fresh(), new Lifetime.Until(Lifetime.Until.FIRST));
    assertThatThrownBy(() -> new Lifetime.Until(Instant.parse("+999999-01-01T00:00:00Z")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void whatHasExpiredIsSwept() {
    List<Long> streams = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      ChannelName name = fresh();
      made(name, new Lifetime.Sliding(GONE_AFTER));
      streams.add(one.engine().channels().find(name).orElseThrow().ref().id());
      age(name, Duration.ofHours(2));
    }
    one.engine().channels().sweep();
    long[] ids = streams.stream().mapToLong(it -> it).toArray();
    assertThat(one.engine().log().tails(ids)).isEmpty();
  }

  @Test
  void aForkSharesThePastAndGoesItsOwnWay() throws Exception {
    ChannelName source = made(TEXT);
    append(one, source, "first", "second", "third");
    ChannelName fork = fresh();
    Creation made = one.engine().channels().create(forking(fork, source, 1, 3));
    assertThat(((Creation.Made) made).channel().next()).isEqualTo(2);
    append(two, fork, "own");
    append(one, source, "fourth");
    assertThat(read(one, fork)).containsExactly("first", "sec", "own");
    assertThat(two.engine().channels().create(forking(fork, source, 1, 3)))
        .isInstanceOf(Creation.There.class);
    assertThat(two.engine().channels().create(forking(fork, source, 1, 2)))
        .isInstanceOf(Creation.Differs.class);
    assertThat(two.engine().channels().create(forking(fresh(), source, 1, 7)))
        .isInstanceOf(Creation.Beyond.class);
    assertThat(two.engine().channels().create(forking(fresh(), source, 5, 0)))
        .isInstanceOf(Creation.Beyond.class);
  }

  @Test
  void aSourceThatWasDeletedIsKeptForItsFork() throws Exception {
    ChannelName source = made(TEXT);
    append(one, source, "shared");
    ChannelName fork = fresh();
    one.engine().channels().create(forking(fork, source, 1, 0));
    assertThat(one.engine().channels().delete(source)).isEqualTo(Channels.Deletion.DONE);
    assertThat(one.engine().channels().delete(source)).isEqualTo(Channels.Deletion.ALREADY);
    assertThat(append(one, source, "x")).isEqualTo(new Appended.Deleted());
    assertThat(one.engine().channels().create(NewChannel.of(source, TEXT)))
        .isInstanceOf(Creation.Differs.class);
    assertThat(one.engine().channels().create(forking(fresh(), source, 1, 0)))
        .isInstanceOf(Creation.Unfit.class);
    assertThat(one.engine().channels().create(forking(fork, source, 1, 0)))
        .isInstanceOf(Creation.There.class);
    assertThat(read(two, fork)).containsExactly("shared");
  }

  @Test
  void aForkInsideAnEventIsFoundAgainWhenItsSourceWasDeleted() throws Exception {
    ChannelName source = made(TEXT);
    append(one, source, "first", "second");
    ChannelName whole = fresh();
    ChannelName part = fresh();
    one.engine().channels().create(forking(whole, source, 1, 6));
    one.engine().channels().create(forking(part, source, 1, 3));
    one.engine().channels().delete(source);

    assertThat(one.engine().channels().create(forking(whole, source, 1, 6)))
        .isInstanceOf(Creation.There.class);
    assertThat(one.engine().channels().create(forking(part, source, 1, 3)))
        .isInstanceOf(Creation.There.class);
    assertThat(one.engine().channels().create(forking(whole, source, 1, 5)))
        .isInstanceOf(Creation.Differs.class);
    assertThat(one.engine().channels().create(forking(fresh(), source, 1, 3)))
        .isInstanceOf(Creation.Unfit.class);
  }

  @Test
  void aChannelRemembersSoManyProducersAndNoMore() throws Exception {
    ChannelName name = made(TEXT);
    one.engine().channels().append(by(name, "first", 0, 0, "a"));
    one.engine()
        .database()
        .update(
            "UPDATE everbrook.channel SET producers = producers + ? WHERE name = ?",
            Producer.CHANNEL_MAX - 2,
            name.path());

    assertThat(one.engine().channels().append(by(name, "last", 0, 0, "b")))
        .isInstanceOf(Appended.Taken.class);
    assertThat(two.engine().channels().append(by(name, "late", 0, 0, "c")))
        .isEqualTo(new Appended.TooManyProducers());
    assertThat(two.engine().channels().append(by(name, "first", 0, 1, "d")))
        .isInstanceOf(Appended.Taken.class);
    assertThat(append(two, name, "e")).isEqualTo(taken(4));
  }

  @Test
  void anAppendOfManyLargeEventsIsReadAsItWas() throws Exception {
    ChannelName name = made(TEXT);
    List<byte[]> large = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      byte[] event = new byte[StreamWriter.EVENT_BYTES_MAX];
      java.util.Arrays.fill(event, (byte) ('a' + i));
      large.add(event);
    }
    assertThat(one.engine().channels().append(Append.of(name, TEXT, large))).isEqualTo(taken(8));
    long stream = one.engine().channels().find(name).orElseThrow().ref().id();
    for (int i = 0; i < 8; i++) {
      Entries page = two.engine().log().read(stream, i).entries();
      assertThat(page.events()).hasSize(1);
      assertThat(page.events().getFirst()).isEqualTo(large.get(i));
    }
  }

  private static ChannelName fresh() {
    return new ChannelName(ANN, "channel/" + ++names);
  }

  private static ChannelName made(ContentType type) {
    ChannelName name = fresh();
    assertThat(one.engine().channels().create(NewChannel.of(name, type)))
        .isInstanceOf(Creation.Made.class);
    return name;
  }

  private static void made(ChannelName name, Lifetime lifetime) {
    Optional<Lifetime> lives = Optional.of(lifetime);
    // One that has expired at once cannot be shown any more.
    one.engine()
        .channels()
        .create(new NewChannel(name, Optional.of(TEXT), lives, false, List.of(), Optional.empty()));
  }

  /** Turns the clock back for a channel: the test's way to let time pass. */
  private static void age(ChannelName name, Duration by) {
    one.engine()
        .database()
        .update(
            """
            UPDATE everbrook.channel SET expires_at = expires_at - make_interval(secs => ?)
             WHERE principal = ? AND name = ?
            """,
            by.toSeconds(),
            name.owner().id(),
            name.path());
  }

  private static NewChannel forking(ChannelName fork, ChannelName source, long at, long within) {
    return new NewChannel(
        fork,
        Optional.empty(),
        Optional.empty(),
        false,
        List.of(),
        Optional.of(new ForkPoint(source, OptionalLong.of(at), within)));
  }

  private static Append by(ChannelName name, String id, long epoch, long seq, String event) {
    return new Append(
        name,
        Optional.of(TEXT),
        events(event),
        false,
        Optional.of(new Producer(id, epoch, seq)),
        Optional.empty());
  }

  private static Appended append(TestNode node, ChannelName name, String... events)
      throws InterruptedException {
    return node.engine().channels().append(Append.of(name, TEXT, events(events)));
  }

  private static Appended taken(long next) {
    return new Appended.Taken(next, false, Optional.empty());
  }

  private static List<byte[]> events(String... texts) {
    List<byte[]> events = new ArrayList<>();
    for (String text : texts) {
      events.add(text.getBytes(StandardCharsets.UTF_8));
    }
    return events;
  }

  private static List<String> read(TestNode node, ChannelName name) {
    long stream = node.engine().channels().find(name).orElseThrow().ref().id();
    List<String> all = new ArrayList<>();
    Page page;
    do {
      page = node.engine().log().read(stream, all.size());
      all.addAll(text(page));
    } while (!page.entries().isEmpty());
    return all;
  }

  private static List<String> text(Page page) {
    return page.entries().events().stream()
        .map(it -> new String(it, StandardCharsets.UTF_8))
        .toList();
  }
}
