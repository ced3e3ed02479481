package dev.everbrook.engine.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.everbrook.engine.Await;
import dev.everbrook.engine.Engine;
import dev.everbrook.engine.FakeModel;
import dev.everbrook.engine.TestNode;
import dev.everbrook.engine.channel.Appended;
import dev.everbrook.engine.channel.Channel;
import dev.everbrook.engine.channel.ChannelName;
import dev.everbrook.engine.job.JobState;
import dev.everbrook.engine.job.JobView;
import dev.everbrook.engine.job.NewJob;
import dev.everbrook.engine.job.NoLongerHeld;
import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.RetryPolicy;
import dev.everbrook.engine.journal.Entry.Level;
import dev.everbrook.engine.live.Tail;
import dev.everbrook.engine.store.Principal;
import dev.everbrook.engine.store.StoreFailure;
import dev.everbrook.engine.stream.Page;
import dev.everbrook.engine.world.World;
import dev.everbrook.postgres.Access;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** What jobs tell while they run. */
class JournalsTest {

  private static final int WAIT_S = 20;
  private static final Principal ADA = new Principal("ada");
  private static final RetryPolicy QUICK =
      new RetryPolicy(3, Duration.ofMillis(1), Duration.ofMillis(5));

  private TestNode node;

  @BeforeEach
  void start() {
    Access access = TestNode.newDatabase();
    node = TestNode.start(access, new FakeModel(), TestNode.QUICK);
  }

  @AfterEach
  void stop() {
    node.close();
  }

  @Test
  void whatAJobTellsIsFollowedLiveUntilItsEnd() throws Exception {
    CountDownLatch seen = new CountDownLatch(1);
    long job =
        work((run, journal) -> {
          journal.progress(0.5, "half");
          seen.await();
          journal.log(Level.WARN, "slow");
          return new Outcome.Done();
        });
    Channel channel = found(job);
    try (Tail tail = engine().tails().followShared(channel.ref(), 0, 0)) {
      assertThat(next(tail, 2))
          .containsExactly(
              "{\"type\":\"begin\",\"attempt\":1}",
              "{\"type\":\"progress\",\"value\":0.5,\"note\":\"half\"}");
      seen.countDown();
      assertThat(next(tail, 2))
          .containsExactly(
              "{\"type\":\"log\",\"level\":\"warn\",\"text\":\"slow\"}",
              "{\"type\":\"end\",\"outcome\":\"done\"}");
    }
    assertThat(found(job).isClosed()).isTrue();
  }

  @Test
  void eachAttemptTellsThatItBeginsAndTheLastHowItEnded() throws Exception {
    long job =
        work((run, journal) -> {
          journal.progress(0.1, "");
          throw new IllegalStateException("no luck");
        });
    awaitState(job, JobState.FAILED);
    List<String> all = read(found(job));

    assertThat(all).hasSize(7);
    assertThat(all.get(4)).isEqualTo("{\"type\":\"begin\",\"attempt\":3}");
    assertThat(all.getLast())
        .isEqualTo(
            "{\"type\":\"end\",\"outcome\":\"failed\","
                + "\"error\":\"java.lang.IllegalStateException: no luck\"}");
  }

  @Test
  void aJobThatTellsNothingHasNoJournal() throws Exception {
    CountDownLatch done = new CountDownLatch(1);
    long job =
        work((_, _) -> {
          done.countDown();
          return new Outcome.Done();
        });
    assertThat(done.await(WAIT_S, TimeUnit.SECONDS)).isTrue();

    assertThat(engine().channels().find(name(job))).isEmpty();
  }

  @Test
  void aJobThatIsPutBackGoesOnInTheJournalThatIsFollowed() throws Exception {
    CountDownLatch works = new CountDownLatch(1);
    long job =
        work((run, journal) -> {
          journal.progress(0.1 * run.number(), "");
          return works.getCount() > 0 ? new Outcome.Failed("not yet", false) : new Outcome.Done();
        });
    awaitState(job, JobState.FAILED);
    Channel channel = found(job);
    try (Tail tail = engine().tails().followShared(channel.ref(), 0, channel.next())) {
      assertThat(next(tail, 3).getLast())
          .isEqualTo("{\"type\":\"end\",\"outcome\":\"failed\",\"error\":\"not yet\"}");
      works.countDown();
      engine().jobs().control().retry(job);
      assertThat(next(tail, 3))
          .containsExactly(
              "{\"type\":\"begin\",\"attempt\":1}",
              "{\"type\":\"progress\",\"value\":0.2,\"note\":\"\"}",
              "{\"type\":\"end\",\"outcome\":\"done\"}");
    }
    assertThat(awaitClosed(job).ref()).isEqualTo(channel.ref());
  }

  @Test
  void aJobThatItsHandlerCompletesTellsItsEndAsWell() throws Exception {
    long job =
        work((run, journal) -> {
          journal.progress(1, "");
          engine()
              .database()
              .tx(tx -> {
                run.complete(tx, "7");
                return true;
              });
          return new Outcome.Done("7");
        });

    assertThat(read(awaitClosed(job)).getLast()).contains("\"outcome\":\"done\"");
    assertThat(awaitState(job, JobState.DONE).result()).isEqualTo("7");
  }

  @Test
  void aRunThatLostItsJobWritesNothingMoreNotEvenItsEnd() throws Exception {
    CompletableFuture<Throwable> refused = new CompletableFuture<>();
    CountDownLatch first = new CountDownLatch(1);
    CountDownLatch second = new CountDownLatch(1);
    long job =
        work((run, journal) -> {
          if (run.number() == 1) {
            journal.progress(0.1, "");
            run.onStop(() -> {});
            first.countDown();
            second.await();
            try {
              journal.progress(0.9, "late");
            } catch (NoLongerHeld e) {
              refused.complete(e);
            }
            return new Outcome.Done();
          }
          second.countDown(); // it has written nothing yet: the number of its run fences nobody
          refused.join();
          journal.progress(0.2, "");
          return new Outcome.Done();
        });
    assertThat(first.await(WAIT_S, TimeUnit.SECONDS)).isTrue();
    engine()
        .database()
        .update("DELETE FROM everbrook.node WHERE id = ?", engine().membership().node());

    assertThat(refused.get(WAIT_S, TimeUnit.SECONDS)).isInstanceOf(NoLongerHeld.class);
    assertThat(read(awaitClosed(job)))
        .noneMatch(it -> it.contains("late"))
        .hasSize(5)
        .last()
        .isEqualTo("{\"type\":\"end\",\"outcome\":\"done\"}");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatNobodyKnewToStandIsRepeatedBeforeTheNextEntry(boolean stood) throws Exception {
    StoreFailure broken = broken();
    AtomicInteger failures = new AtomicInteger();
    Journal.Appending failing =
        append -> {
          boolean fails = failures.getAndDecrement() > 0;
          if (fails && !stood) {
            throw broken;
          }
          Appended appended = engine().channels().append(append);
          if (fails) {
            throw broken;
          }
          return appended;
        };
    Journal.Parts parts = new Journal.Parts(engine().channels(), failing, World.real());
    long job =
        work((run, _) -> {
          Journal journal = new Journal(parts, Journals.channel(run.job(), run.principal()), run);
          for (String text : List.of("a", "b")) {
            failures.set(Journal.TRIES_MAX);
            assertThatThrownBy(() -> journal.log(Level.INFO, text)).isSameAs(broken);
            failures.set(1);
            journal.log(Level.INFO, text + text);
          }
          return new Outcome.Done();
        });

    assertThat(read(awaitClosed(job)))
        .extracting(it -> JsonMapper.shared().readTree(it).path("text").asString(""))
        .containsExactly("", "a", "aa", "b", "bb", "");
  }

  /** As after a lost connection. */
  private StoreFailure broken() {
    try {
      engine().database().list("SELECT pg_terminate_backend(pg_backend_pid())", row -> true);
      throw new AssertionError("the connection did not break");
    } catch (StoreFailure e) {
      return e;
    }
  }

  @Test
  void progressThatMakesNoSenseIsRefused() {
    assertThatThrownBy(() -> new Entry.Progress(1.5, "")).hasMessageContaining("0 to 1");
    assertThatThrownBy(() -> new Entry.Progress(Double.NaN, "")).hasMessageContaining("0 to 1");
  }

  private Engine engine() {
    return node.engine();
  }

  private long work(JournaledHandler handler) {
    engine().journals().handle(engine().jobs(), "told", QUICK, handler);
    engine().jobs().work(Map.of("told", 4));
    return engine()
        .database()
        .tx(tx -> engine().jobs().enqueue(tx, NewJob.of("told", "told", "{}").owner(ADA)));
  }

  private static ChannelName name(long job) {
    return Journals.name(job, Optional.of(ADA));
  }

  private Channel found(long job) {
    long start = System.nanoTime();
    while (System.nanoTime() - start < TimeUnit.SECONDS.toNanos(WAIT_S)) {
      Optional<Channel> channel = engine().channels().find(name(job));
      if (channel.isPresent()) {
        return channel.get();
      }
      Await.rest();
    }
    throw new AssertionError("job " + job + " told nothing within " + WAIT_S + " s");
  }

  private JobView.Detail awaitState(long job, JobState state) {
    long start = System.nanoTime();
    while (System.nanoTime() - start < TimeUnit.SECONDS.toNanos(WAIT_S)) {
      Optional<JobView.Detail> found =
          engine().jobs().list().find(job).filter(it -> it.job().state() == state);
      if (found.isPresent()) {
        return found.get();
      }
      Await.rest();
    }
    throw new AssertionError("job " + job + " was not " + state + " within " + WAIT_S + " s");
  }

  private Channel awaitClosed(long job) {
    long start = System.nanoTime();
    while (System.nanoTime() - start < TimeUnit.SECONDS.toNanos(WAIT_S)) {
      Channel channel = found(job);
      if (channel.isClosed()) {
        return channel;
      }
      Await.rest();
    }
    throw new AssertionError("job " + job + " did not end within " + WAIT_S + " s");
  }

  private List<String> read(Channel channel) {
    return text(engine().log().read(channel.ref().id(), 0));
  }

  private static List<String> next(Tail tail, int n) throws Exception {
    List<String> events = new ArrayList<>();
    while (events.size() < n) {
      events.addAll(text(tail.next(Duration.ofSeconds(WAIT_S))));
    }
    return events;
  }

  private static List<String> text(Page page) {
    return page.entries().events().stream()
        .map(it -> new String(it, StandardCharsets.UTF_8))
        .toList();
  }
}
