package dev.everbrook.engine.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.channel.ChannelName;
import dev.everbrook.engine.channel.Channels;
import dev.everbrook.engine.channel.ContentType;
import dev.everbrook.engine.channel.NewChannel;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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

  @Test
  void aChannelThatIsJustAppendedToIsPassedByAndGoesTheNextTime() throws Exception {
    Channels channels = shelf.node().engine().channels();
    ChannelName name = new ChannelName(Shelf.ANN, "room");
    ContentType text = new ContentType("text/plain");
    channels.create(
        new NewChannel(
            name, Optional.of(text), Optional.empty(), true, List.of(), Optional.empty()));
    StreamRef ref = channels.find(name).orElseThrow().ref();
    shelf.database().update("UPDATE everbrook.stream SET closed_at = now() - interval '31 days'");
    Retention retention = new Retention(shelf.database(), Duration.ofDays(30), () -> {});
    whileItsRowIsLocked(retention::step);

    assertThat(shelf.log().head(Shelf.ANN, ref.publicId())).isPresent();
    retention.step();
    assertThat(shelf.log().head(Shelf.ANN, ref.publicId())).isEmpty();
    whileItsRowIsLocked(new Sweeper(shelf.database())::step);
    assertThat(shelf.count("stream")).isEqualTo(1);
    shelf.sweep();
    assertThat(shelf.count("stream")).isZero();
    assertThat(shelf.count("channel")).isZero();
  }

  private void whileItsRowIsLocked(Callable<Duration> step) throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      shelf
          .database()
          .tx(tx -> {
            tx.list("SELECT 1 FROM everbrook.channel FOR UPDATE", row -> row.getInt(1));
            return done(threads.submit(step));
          });
    }
  }

  private static Duration done(Future<Duration> step) {
    try {
      return step.get(10, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new IllegalStateException(e);
    }
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
