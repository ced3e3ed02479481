package dev.everbrook.engine.channel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.TestNode;
import dev.everbrook.engine.live.Tail;
import dev.everbrook.engine.stream.Entries;
import dev.everbrook.engine.stream.OnTwoNodes;
import dev.everbrook.engine.stream.StreamRef;
import dev.everbrook.engine.stream.StreamWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Channels on two nodes over one database. */
class ChannelsTest extends OnTwoNodes {

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
    assertThat(two.engine().channels().append(by(name, "p", 1, 0, "new incarnation")))
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
    assertThat(one.engine().channels().delete(bobs)).isEqualTo(Deletion.MISSING);
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
}
