package dev.everbrook.engine.stream;

import static dev.everbrook.engine.stream.Shelf.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.everbrook.engine.live.Tail;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ForksTest {

  private Shelf shelf;

  @BeforeEach
  void start() {
    shelf = new Shelf();
  }

  @AfterEach
  void stop() {
    shelf.close();
  }

  @Test
  void aForkSharesWhatWasAndGoesOnByItself() throws Exception {
    StreamRef source = shelf.ended("a", 8);
    long before = shelf.rows();
    StreamRef fork = shelf.fork(source, 5, "x5", "x6");

    assertThat(shelf.rows()).as("its own row and its own events").isEqualTo(before + 2);
    shelf.write(fork, "b", 3);
    assertThat(shelf.read(fork, 0)).isEqualTo("a0 a1 a2 a3 a4 x5 x6 b7 b8 b9");
    assertThat(shelf.read(source, 0)).isEqualTo("a0 a1 a2 a3 a4 a5 a6 a7");
    for (int from = 0; from <= 10; from++) {
      assertThat(shelf.words(fork, from, 1 << 20)).hasSize(10 - from);
    }
  }

  @Test
  void aForkEndsWithAllItsEventsCounted() throws Exception {
    StreamRef fork = shelf.fork(shelf.open("a", 4), 3);
    shelf.write(fork, "b", 1);
    shelf.end(fork);

    assertThat(shelf.log().head(Shelf.ANN, fork.publicId()).orElseThrow().events()).hasValue(4);
    assertThat(shelf.log().read(fork.id(), 0).ended()).as("its own are on the next page").isFalse();
    assertThat(shelf.log().read(fork.id(), 3).ended()).isTrue();
    assertThat(shelf.read(fork, 0)).isEqualTo("a0 a1 a2 b3");
  }

  @Test
  void aForkWithNothingOfItsOwnStandsWhereItBegan() throws Exception {
    StreamRef fork = shelf.fork(shelf.open("a", 6), 4);

    assertThat(shelf.log().tails(new long[] {fork.id()}))
        .containsExactly(new StreamLog.TailPosition(fork.id(), 4, false));
    assertThat(shelf.streams().open(fork.id()).orElseThrow().next()).isEqualTo(4);
    assertThat(shelf.read(fork, 2)).isEqualTo("a2 a3");
    assertThat(shelf.read(fork, 4)).isEmpty();
    shelf.end(fork);
    assertThat(shelf.log().read(fork.id(), 4).ended()).isTrue();
    assertThat(shelf.log().head(Shelf.ANN, fork.publicId()).orElseThrow().events()).hasValue(4);
  }

  @Test
  void aForkMayBeginBeforeWhatItsSourceHasOfItsOwn() throws Exception {
    StreamRef first = shelf.open("a", 9);
    StreamRef second = shelf.fork(first, 6, "b6", "b7");
    StreamRef third = shelf.fork(second, 7, "c7");
    StreamRef early = shelf.fork(third, 2, "d2");
    StreamRef fresh = shelf.fork(third, 0, "e0");

    assertThat(shelf.read(third, 0)).isEqualTo("a0 a1 a2 a3 a4 a5 b6 c7");
    assertThat(shelf.read(early, 0)).isEqualTo("a0 a1 d2");
    assertThat(shelf.read(fresh, 0)).isEqualTo("e0");
  }

  @Test
  void aReaderFollowsAForkFromWhatItSharesIntoWhatIsWrittenNow() throws Exception {
    StreamRef fork = shelf.fork(shelf.ended("a", 4), 4);
    try (Tail tail = shelf.node().engine().tails().follow(fork, 1)) {
      assertThat(tail.next(Duration.ofSeconds(10)).entries().events()).hasSize(3);
      shelf.write(fork, "b", 1);
      assertThat(tail.next(Duration.ofSeconds(10)).entries().events().getFirst())
          .isEqualTo(bytes("b4"));
      shelf.end(fork);
      assertThat(tail.next(Duration.ofSeconds(10)).ended()).isTrue();
    }
  }

  @Test
  void nobodyForksWhatIsNotThere() throws Exception {
    StreamRef source = shelf.open("a", 2);

    assertThat(refused(source, 3)).isEqualTo(StreamFailure.Reason.BEYOND_END);
    assertThat(refused(source, -1)).isEqualTo(StreamFailure.Reason.BEYOND_END);
    shelf.remove(source);
    assertThat(refused(source, 1)).isEqualTo(StreamFailure.Reason.GONE);
  }

  @Test
  void forksOfForksReadThroughAllOfThemUpToABound() throws Exception {
    StreamRef fork = shelf.open("a", 1);
    for (int depth = 1; depth <= Forks.DEPTH_MAX; depth++) {
      fork = shelf.fork(fork, depth, "f" + depth);
    }
    StreamRef deepest = fork;

    List<String> words = shelf.words(deepest, 0, 1 << 20);
    assertThat(words).hasSize(Forks.DEPTH_MAX + 1).startsWith("a0", "f1", "f2");
    assertThat(refused(deepest, 1)).isEqualTo(StreamFailure.Reason.TOO_DEEP);
    assertThatThrownBy(() -> shelf.fork(deepest, 1)).hasMessageContaining("100 times in a row");
  }

  private StreamFailure.Reason refused(StreamRef source, long at) {
    return catchThrowableOfType(StreamFailure.class, () -> shelf.fork(source, at)).reason();
  }
}
