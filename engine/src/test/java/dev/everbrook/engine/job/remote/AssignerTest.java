package dev.everbrook.engine.job.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.everbrook.engine.job.Assignment;
import dev.everbrook.engine.job.ClaimRequest;
import dev.everbrook.engine.job.Hands;
import dev.everbrook.engine.job.JobsTest;
import dev.everbrook.engine.job.NewJob;
import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.QueueLimits;
import dev.everbrook.engine.job.RunReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which jobs workers in other processes are given, and when. */
class AssignerTest {

  private Hands hands;

  @BeforeEach
  void start() {
    hands = new Hands();
  }

  @AfterEach
  void stop() {
    hands.close();
  }

  @Test
  void whoWaitsIsToldAtOnceWhenAJobComes() throws Exception {
    UUID worker = hands.worker(Hands.LEASE);
    CompletableFuture<List<Assignment>> waiting = hands.claiming(worker, Hands.LONG);
    hands.awaitWaiting();
    long begun = System.nanoTime();
    long id = hands.enqueue(Hands.job());
    assertThat(waiting.get(20, TimeUnit.SECONDS)).extracting(Assignment::job).containsExactly(id);
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofMillis(800));
  }

  @Test
  void aHundredJobsForTwentyWhoWaitAreGivenOnceEach() throws Exception {
    List<CompletableFuture<Integer>> workers = new ArrayList<>();
    Set<Long> seen = ConcurrentHashMap.newKeySet();
    CountDownLatch all = new CountDownLatch(100);
    for (int i = 0; i < 20; i++) {
      UUID worker = hands.worker(Hands.LEASE);
      workers.add(
          CompletableFuture.supplyAsync(
              () -> workUntil(worker, all, seen), Thread.ofVirtual()::start));
    }
    hands.node.database.tx(
        tx -> hands.node.jobs.enqueueAll(tx, Collections.nCopies(100, Hands.job())));
    assertThat(all.await(20, TimeUnit.SECONDS)).isTrue();
    int done = 0;
    for (CompletableFuture<Integer> worker : workers) {
      done += worker.get(20, TimeUnit.SECONDS);
    }
    assertThat(done).isEqualTo(100);
    assertThat(seen).hasSize(100);
  }

  private int workUntil(UUID worker, CountDownLatch all, Set<Long> seen) {
    int done = 0;
    try {
      while (all.getCount() > 0) {
        for (Assignment given : hands.claim(worker, Duration.ofMillis(500))) {
          assertThat(seen.add(given.job())).isTrue();
          hands.settle(worker, given, RunReport.of(new Outcome.Done()));
          done++;
          all.countDown();
        }
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return done;
  }

  @Test
  void anAssignmentThatDidNotArriveIsGivenAgainUnderTheSameFence() throws Exception {
    hands.enqueue(Hands.job());
    UUID worker = hands.worker(Hands.LEASE);
    Assignment lost = hands.claim(worker, Duration.ZERO).getFirst();
    Assignment again = hands.claim(worker, Duration.ZERO).getFirst();
    assertThat(again.job()).isEqualTo(lost.job());
    assertThat(again.run()).isEqualTo(lost.run());
    assertThat(
            hands
                .workers
                .claim(
                    Hands.WHO, worker, Hands.wish(Duration.ZERO, Set.of(lost.job())), () -> false)
                .orElseThrow())
        .as("it is known by now")
        .isEmpty();
  }

  @Test
  void whatAWorkerDidNotRegisterItIsNotGiven() {
    UUID worker = hands.worker(Hands.LEASE);
    ClaimRequest wish = new ClaimRequest("q", Set.of("answer"), 1, Duration.ZERO, Set.of());
    assertThatThrownBy(() -> hands.workers.claim(Hands.WHO, worker, wish, () -> false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'answer'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "lane"})
  void anAnswerCarriesFourMebibytesAndTheOthersWait(String lane) throws Exception {
    String payload = "\"" + "x".repeat(NewJob.PAYLOAD_BYTES_MAX - 2) + "\"";
    NewJob large = NewJob.of("q", JobsTest.KIND, payload).lane(lane);
    hands.node.database.tx(tx -> hands.node.jobs.enqueueAll(tx, Collections.nCopies(6, large)));
    UUID worker = hands.worker(Hands.LEASE);
    Set<Long> first = given(worker, Set.of());
    assertThat(first).hasSize(4);
    assertThat(hands.node.jobs.queues().find("q").orElseThrow().counts().ready()).isEqualTo(2);
    Set<Long> others = given(worker, first);
    assertThat(others).hasSize(2).doesNotContainAnyElementsOf(first);
    assertThat(given(worker, others)).as("the answer with them was lost").isEqualTo(first);
    assertThat(given(worker, Set.of())).as("so were both").isEqualTo(first);
  }

  private Set<Long> given(UUID worker, Set<Long> holding) throws InterruptedException {
    ClaimRequest wish = new ClaimRequest("q", Set.of(), 100, Duration.ZERO, holding);
    return hands.workers.claim(Hands.WHO, worker, wish, () -> false).orElseThrow().stream()
        .map(Assignment::job)
        .collect(Collectors.toSet());
  }

  @Test
  void whoLeavesGivesBackAtOnceWhatItHolds() throws Exception {
    hands.enqueue(Hands.job());
    UUID leaving = hands.worker(Hands.LEASE);
    hands.claim(leaving, Duration.ZERO);
    UUID other = hands.worker(Hands.LEASE);
    CompletableFuture<List<Assignment>> waiting = hands.claiming(other, Hands.LONG);
    hands.awaitWaiting();
    assertThat(hands.workers.leave(Hands.WHO, leaving)).isTrue();
    assertThat(waiting.get(5, TimeUnit.SECONDS).getFirst().attempt()).isEqualTo(1);
    assertThat(hands.workers.leave(Hands.WHO, leaving)).isFalse();
  }

  @Test
  void aJobThatIsNotToRunAnyMoreIsEndedInsteadOfBeingGiven() throws Exception {
    UUID worker = hands.worker(Hands.LEASE);
    long late = hands.enqueue(Hands.job().within(Duration.ofMillis(1)));
    long cancelled = hands.enqueue(Hands.job());
    hands.node.jobs.cancel(cancelled);
    long wanted = hands.enqueue(Hands.job());
    List<Assignment> given = new ArrayList<>(hands.claim(worker, Hands.LONG));
    while (given.isEmpty()) {
      given.addAll(hands.claim(worker, Hands.LONG));
    }
    assertThat(given).extracting(Assignment::job).containsExactly(wanted);
    assertThat(hands.node.outcome(cancelled)).isEqualTo("cancelled");
    assertThat(hands.node.outcome(late)).isEqualTo("failed");
  }

  @Test
  void theLimitsOfAQueueHoldForWorkersToo() throws Exception {
    hands.node.jobs.queues().limit("q", QueueLimits.NONE.atOnce(1));
    hands.enqueue(Hands.job());
    long second = hands.enqueue(Hands.job());
    UUID worker = hands.worker(Hands.LEASE);
    Assignment first = hands.claim(worker, Duration.ZERO).getFirst();
    UUID other = hands.worker(Hands.LEASE);
    CompletableFuture<List<Assignment>> waiting = hands.claiming(other, Hands.LONG);
    hands.awaitWaiting();
    assertThat(waiting).isNotDone();
    hands.settle(worker, first, RunReport.of(new Outcome.Done()));
    assertThat(waiting.get(20, TimeUnit.SECONDS))
        .extracting(Assignment::job)
        .containsExactly(second);
  }

  @Test
  void aLimitedJobClosesItsLane() throws Exception {
    hands.enqueue(Hands.job().lane("tenant"));
    UUID worker = hands.worker(Hands.LEASE);
    Assignment given = hands.claim(worker, Duration.ZERO).getFirst();
    hands.settle(worker, given, RunReport.of(new Outcome.Limited(Duration.ofHours(1), "429")));
    assertThat(hands.claim(worker, Duration.ZERO)).isEmpty();
    hands.node.database.update("UPDATE everbrook.lane SET closed_until = now()");
    assertThat(hands.claim(worker, Hands.LONG).getFirst().attempt()).isEqualTo(1);
  }
}
