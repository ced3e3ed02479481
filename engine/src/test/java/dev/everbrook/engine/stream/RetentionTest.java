package dev.everbrook.engine.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RetentionTest {

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
  void whatEndedLongAgoGoesAndWhatIsYoungerOrOpenStays() throws Exception {
    StreamRef old = endedDaysAgo(31);
    StreamRef younger = endedDaysAgo(29);
    StreamRef open = shelf.open("c", 3);
    AtomicInteger sweeps = new AtomicInteger();
    Retention retention =
        new Retention(shelf.database(), Duration.ofDays(30), sweeps::incrementAndGet);

    assertThat(retention.step()).isPositive();
    assertThat(sweeps).hasValue(1);
    assertThat(shelf.log().head(Shelf.ANN, old.publicId())).isEmpty();
    assertThat(shelf.read(younger, 0)).isEqualTo("a0 a1 a2");
    assertThat(shelf.read(open, 0)).isEqualTo("c0 c1 c2");
    shelf.sweep();
    assertThat(shelf.count("stream")).isEqualTo(2);
    assertThat(retention.step()).isPositive();
    assertThat(sweeps).as("nothing more to sweep").hasValue(1);
  }

  @Test
  void anOldSourceIsKeptForItsYoungForks() throws Exception {
    StreamRef old = endedDaysAgo(31);
    StreamRef fork = shelf.fork(old, 2, "b2");
    new Retention(shelf.database(), Duration.ofDays(30), () -> {}).step();
    shelf.sweep();

    assertThat(shelf.log().head(Shelf.ANN, old.publicId())).isEmpty();
    assertThat(shelf.read(fork, 0)).isEqualTo("a0 a1 b2");
  }

  private StreamRef endedDaysAgo(int days) throws InterruptedException {
    StreamRef ref = shelf.ended("a", 3);
    shelf
        .database()
        .update(
            "UPDATE everbrook.stream SET closed_at = now() - ? * interval '1 day' WHERE id = ?",
            days,
            ref.id());
    return ref;
  }
}
