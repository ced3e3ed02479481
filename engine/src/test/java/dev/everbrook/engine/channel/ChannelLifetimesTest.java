package dev.everbrook.engine.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.stream.OnTwoNodes;
import dev.everbrook.engine.stream.StreamFailure;
import dev.everbrook.engine.stream.StreamLog;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How channels end: deleted, expired, swept. */
class ChannelLifetimesTest extends OnTwoNodes {

  @Test
  void aChannelThatWasDeletedIsGoneAndItsNameIsFree() throws Exception {
    ChannelName name = made(TEXT);
    append(one, name, "old");
    assertThat(two.engine().channels().delete(name)).isEqualTo(Deletion.DONE);
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
    assertThat(one.engine().channels().delete(name)).isEqualTo(Deletion.MISSING);
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
  void anExpiredChannelWhoseStreamIsHeldKeepsNoOtherFromBeingSwept() throws Exception {
    List<Long> streams = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      ChannelName name = fresh();
      made(name, new Lifetime.Sliding(GONE_AFTER));
      streams.add(one.engine().channels().find(name).orElseThrow().ref().id());
      age(name, Duration.ofHours(3 - i));
    }
    Database database = one.engine().database();
    CompletableFuture<Void> swept = new CompletableFuture<>();
    database.tx(tx -> {
      tx.list(
          "SELECT FROM everbrook.stream WHERE id = ? FOR KEY SHARE",
          row -> true,
          streams.getFirst());
      Thread.ofVirtual()
          .start(() -> {
            one.engine().channels().sweep();
            swept.complete(null);
          });
      return swept.orTimeout(8, TimeUnit.SECONDS).join();
    });
    long[] ids = streams.stream().mapToLong(it -> it).toArray();

    assertThat(one.engine().log().tails(ids))
        .extracting(StreamLog.TailPosition::stream)
        .containsExactly(streams.getFirst());
  }
}
