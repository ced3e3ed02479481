package dev.everbrook.engine.job.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.everbrook.engine.job.Assignment;
import dev.everbrook.engine.job.Child;
import dev.everbrook.engine.job.ChildEnd;
import dev.everbrook.engine.job.EndHook;
import dev.everbrook.engine.job.Ended;
import dev.everbrook.engine.job.Hands;
import dev.everbrook.engine.job.JobsNode;
import dev.everbrook.engine.job.JobsTest;
import dev.everbrook.engine.job.NewJob;
import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.RemoteWorkers;
import dev.everbrook.engine.job.ReportResult;
import dev.everbrook.engine.job.RunReport;
import dev.everbrook.engine.job.StopReason;
import dev.everbrook.engine.store.Principal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** The incarnations of workers in other processes, and what they say of their jobs. */
@Order(1)
class RemoteWorkersTest {

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
  void aClaimedJobIsFinishedOnceHoweverOftenThatIsSaid() throws Exception {
    long id = hands.enqueue(Hands.job());
    UUID worker = hands.worker(Hands.LEASE);
    Assignment given = hands.claim(worker, Duration.ZERO).getFirst();
    assertThat(given.job()).isEqualTo(id);
    assertThat(given.payload()).isEqualTo("{\"n\":1}");
    RunReport done = RunReport.of(new Outcome.Done("{\"ok\":true}"));
    assertThat(hands.settle(worker, given, done)).isEqualTo(new ReportResult.Over(Ended.DONE));
    assertThat(hands.settle(worker, given, done)).isEqualTo(new ReportResult.Over(Ended.DONE));
    assertThat(result(id)).isEqualTo("{\"ok\":true}");
    assertThat(hands.claim(worker, Duration.ZERO)).isEmpty();
  }

  @Test
  void aWorkerThatSaysNothingLosesItsJobsWithItsLeaseAndCanWriteNothing() throws Exception {
    long id = hands.enqueue(Hands.job());
    UUID silent = hands.worker(RemoteWorkers.LEASE_MIN);
    Assignment lost = hands.claim(silent, Duration.ZERO).getFirst();
    UUID other = hands.worker(Hands.LEASE);
    Assignment again = hands.claim(other, Hands.LONG).getFirst();
    assertThat(again.job()).isEqualTo(id);
    assertThat(again.run()).isEqualTo(2);
    assertThat(again.attempt()).isEqualTo(2);

    assertThat(hands.settle(silent, lost, RunReport.of(new Outcome.Done())))
        .isEqualTo(new ReportResult.NotHeld());
    assertThat(hands.workers.holding(Hands.WHO, silent, id, lost.run())).isEmpty();
    assertThat(hands.workers.beat(Hands.WHO, silent, Set.of(), Duration.ZERO, () -> false))
        .isEmpty();
    assertThat(
            hands.workers.claim(
                Hands.WHO, silent, Hands.wish(Duration.ZERO, Set.of()), () -> false))
        .isEmpty();
    assertThat(hands.settle(other, again, RunReport.of(new Outcome.Done())))
        .isEqualTo(new ReportResult.Over(Ended.DONE));
  }

  @Test
  void aWorkerIsNotTakenForDeadAsLongAsItsLeaseLasts() throws Exception {
    hands.enqueue(Hands.job());
    UUID worker = hands.worker(Hands.LEASE);
    Assignment given = hands.claim(worker, Duration.ZERO).getFirst();
    UUID other = hands.worker(Hands.LEASE);
    assertThat(hands.claim(other, Duration.ofSeconds(6)))
        .as("a hands.node that is silent for 3 s and holds no lock is taken for dead; this is none")
        .isEmpty();
    assertThat(hands.settle(worker, given, RunReport.of(new Outcome.Done())))
        .isEqualTo(new ReportResult.Over(Ended.DONE));
  }

  @Test
  void aFailureIsRetriedAsTheWorkerSaidAndThenIsTheEnd() throws Exception {
    long id = hands.enqueue(Hands.job());
    UUID worker = hands.worker(Hands.LEASE);
    Assignment first = hands.claim(worker, Duration.ZERO).getFirst();
    assertThat(first.attemptsMax()).isEqualTo(2);
    RunReport failed = RunReport.of(new Outcome.Failed("no luck", true));
    assertThat(hands.settle(worker, first, failed)).isInstanceOf(ReportResult.Again.class);
    Assignment second = hands.claim(worker, Hands.LONG).getFirst();
    assertThat(second.attempt()).isEqualTo(2);
    assertThat(hands.settle(worker, second, failed)).isEqualTo(new ReportResult.Over(Ended.FAILED));
    assertThat(hands.node.outcome(id)).isEqualTo("failed");
  }

  @Test
  void aFailureCanSayWhenToTryAgainAndThatThisIsOfNoUse() throws Exception {
    hands.enqueue(Hands.job());
    UUID worker = hands.worker(Hands.LEASE);
    Assignment first = hands.claim(worker, Duration.ZERO).getFirst();
    RunReport later = RunReport.of(Outcome.Failed.retryAfter(Duration.ofMillis(7), "come back"));
    assertThat(hands.settle(worker, first, later))
        .isEqualTo(new ReportResult.Again(Duration.ofMillis(7)));
    Assignment second = hands.claim(worker, Hands.LONG).getFirst();
    RunReport never = RunReport.of(new Outcome.Failed("nonsense", false));
    assertThat(hands.settle(worker, second, never)).isEqualTo(new ReportResult.Over(Ended.FAILED));
  }

  @Test
  void aReleasedOrSnoozedJobUsesUpNoAttempt() throws Exception {
    hands.enqueue(Hands.job());
    UUID worker = hands.worker(Hands.LEASE);
    Assignment first = hands.claim(worker, Duration.ZERO).getFirst();
    assertThat(hands.settle(worker, first, RunReport.of(new Outcome.HandOver())))
        .isEqualTo(new ReportResult.Again(Duration.ZERO));
    Assignment second = hands.claim(worker, Hands.LONG).getFirst();
    assertThat(second.attempt()).isEqualTo(1);
    hands.settle(worker, second, RunReport.of(new Outcome.Snooze(Duration.ofMillis(1), "not yet")));
    Assignment third = hands.claim(worker, Hands.LONG).getFirst();
    assertThat(third.attempt()).isEqualTo(1);
    assertThat(third.run()).isEqualTo(3);
  }

  @Test
  void aBeatTellsAtOnceThatAJobWasCancelledAndWhatTheWorkerSaysThenEndsIt() throws Exception {
    long id = hands.enqueue(Hands.job());
    UUID worker = hands.worker(Hands.LEASE);
    Assignment given = hands.claim(worker, Duration.ZERO).getFirst();
    CompletableFuture<List<RemoteWorkers.StopRequest>> beat =
        CompletableFuture.supplyAsync(() -> beat(worker, Hands.LONG), Thread.ofVirtual()::start);
    try (JobsNode elsewhere = new JobsNode(hands.access)) {
      elsewhere.jobs.cancel(id);
      assertThat(beat.get(3, TimeUnit.SECONDS))
          .containsExactly(new RemoteWorkers.StopRequest(id, given.run(), StopReason.CANCELLED));
    }
    assertThat(hands.settle(worker, given, RunReport.of(new Outcome.Failed("interrupted", true))))
        .isEqualTo(new ReportResult.Over(Ended.CANCELLED));
  }

  @Test
  void aBeatOnTheSameNodeTellsAtOnceThatAChildWasCancelledWithItsParent() throws Exception {
    long parent =
        hands.node.database.tx(tx ->
            hands.node.jobs.enqueue(
                tx, NewJob.of("parents", "parent", "{}"), List.of(Child.of(Hands.job()))));
    UUID worker = hands.worker(Hands.LEASE);
    Assignment given = hands.claim(worker, Duration.ZERO).getFirst();
    CountDownLatch waits = new CountDownLatch(1);
    CompletableFuture<List<RemoteWorkers.StopRequest>> beat =
        CompletableFuture.supplyAsync(
            () -> beat(worker, Hands.LONG, waits), Thread.ofVirtual()::start);
    waits.await();

    hands.node.jobs.cancel(parent);
    assertThat(beat.get(3, TimeUnit.SECONDS))
        .containsExactly(
            new RemoteWorkers.StopRequest(given.job(), given.run(), StopReason.CANCELLED));
  }

  private List<RemoteWorkers.StopRequest> beat(UUID worker, Duration patience) {
    return beat(worker, patience, new CountDownLatch(1));
  }

  /**
   * @param waits is counted down when it waits
   */
  private List<RemoteWorkers.StopRequest> beat(
      UUID worker, Duration patience, CountDownLatch waits) {
    try {
      BooleanSupplier gone =
          () -> {
            waits.countDown();
            return false;
          };
      return hands.workers.beat(Hands.WHO, worker, Set.of(), patience, gone).orElseThrow();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aWorkerThatLivesButDoesNotEndAJobInTimeLosesIt() throws Exception {
    long id = hands.enqueue(Hands.job());
    UUID worker = hands.worker(Hands.LEASE);
    Assignment given = hands.claim(worker, Duration.ZERO).getFirst();
    hands.passDeadline(id, 1);
    assertThat(beat(worker, Hands.LONG))
        .containsExactly(new RemoteWorkers.StopRequest(id, given.run(), StopReason.DEADLINE));
    hands.passDeadline(id, 61);
    assertThat(beat(worker, Duration.ZERO)).isEmpty();
    assertThat(hands.node.outcome(id)).isEqualTo("failed");
    assertThat(hands.settle(worker, given, RunReport.of(new Outcome.Done())))
        .as("it is told how its run ended")
        .isEqualTo(new ReportResult.Over(Ended.FAILED));
  }

  @Test
  void onlyWhoHeldARunIsToldHowItEnded() throws Exception {
    hands.enqueue(Hands.job());
    UUID worker = hands.worker(Hands.LEASE);
    Assignment given = hands.claim(worker, Duration.ZERO).getFirst();
    RunReport done = RunReport.of(new Outcome.Done());
    assertThat(hands.settle(worker, given, done)).isEqualTo(new ReportResult.Over(Ended.DONE));

    assertThat(hands.settle(worker, given, done)).isEqualTo(new ReportResult.Over(Ended.DONE));
    assertThat(hands.settle(hands.worker(Hands.LEASE), given, done))
        .isEqualTo(new ReportResult.NotHeld());
  }

  @Test
  void theRunsOfWorkersAreTimedAsThoseOfHandlersAre() throws Exception {
    hands.enqueue(Hands.job());
    UUID worker = hands.worker(Hands.LEASE);
    Assignment given = hands.claim(worker, Duration.ZERO).getFirst();
    hands.settle(worker, given, RunReport.of(new Outcome.Failed("no luck", true)));
    hands.settle(
        worker, hands.claim(worker, Hands.LONG).getFirst(), RunReport.of(new Outcome.Done()));

    assertThat(hands.node.meters.get("everbrook.job.wait").tags(TAGS).timer().count()).isEqualTo(2);
    assertThat(runs("again")).isOne();
    assertThat(runs("done")).isOne();
  }

  private static final String[] TAGS = {"queue", "q", "kind", JobsTest.KIND};

  private long runs(String outcome) {
    return hands
        .node
        .meters
        .get("everbrook.job.run")
        .tags(TAGS)
        .tag("outcome", outcome)
        .timer()
        .count();
  }

  @Test
  void aWorkerThatNeverBeatsLosesAJobItDoesNotEndInTimeToo() throws Exception {
    long id = hands.enqueue(Hands.job());
    UUID worker = hands.worker(Hands.LEASE);
    hands.claim(worker, Hands.LONG);
    hands.passDeadline(id, 59);

    assertThat(hands.node.outcome(id)).isEqualTo("failed");
    assertThat(beat(worker, Duration.ZERO)).isEmpty();
  }

  @Test
  void theEndIsToldInItsTransactionAndWaitsUntilThatCouldBe() throws Exception {
    hands.enqueue(Hands.job().owner(Hands.WHO));
    UUID worker = hands.worker(Hands.LEASE);
    Assignment given = hands.claim(worker, Duration.ZERO).getFirst();
    Optional<RemoteWorkers.Holding> hold =
        hands.workers.holding(Hands.WHO, worker, given.job(), given.run());
    AtomicBoolean works = new AtomicBoolean();
    List<EndHook.End> told = new ArrayList<>();
    hands.workers.onEnd((_, end) -> {
      if (!works.get()) {
        throw new IllegalStateException("not now");
      }
      told.add(end);
    });
    RunReport done = RunReport.of(new Outcome.Done());
    assertThatThrownBy(() -> hands.settle(worker, given, done)).hasMessage("not now");
    works.set(true);
    assertThat(hands.settle(worker, given, done)).isEqualTo(new ReportResult.Over(Ended.DONE));
    assertThat(told)
        .containsExactly(
            new EndHook.End(hold.orElseThrow().fence(), Optional.of(Hands.WHO), Ended.DONE, ""));
  }

  @Test
  void theChildrenOfAJobAreReadByPagesByWhoHoldsIt() throws Exception {
    int many = 1_003;
    long parent = hands.enqueue(Hands.job());
    hands.node.database.update(
        """
        INSERT INTO everbrook.job_child (parent, child, kind, outcome, result)
        SELECT ?, nth, 'k', 'done', to_json(repeat('x', CASE WHEN nth < 4 THEN 2097000 ELSE 9 END))
          FROM generate_series(1, ?) AS nth
        """,
        parent,
        many);
    UUID worker = hands.worker(Hands.LEASE);
    assertThat(hands.workers.children(Hands.WHO, worker, parent, 1, 0)).isEmpty();
    Assignment given = hands.claim(worker, Duration.ZERO).getFirst();

    List<Integer> pages = new ArrayList<>();
    List<Long> read = new ArrayList<>();
    OptionalLong after = OptionalLong.of(0);
    while (after.isPresent()) {
      ChildEnd.Page page =
          hands
              .workers
              .children(Hands.WHO, worker, parent, given.run(), after.getAsLong())
              .orElseThrow();
      pages.add(page.children().size());
      page.children().forEach(it -> read.add(it.job()));
      after = page.next();
    }
    assertThat(pages).containsExactly(2, 1_000, 1);
    assertThat(read).isEqualTo(LongStream.rangeClosed(1, many).boxed().toList());
    hands.settle(worker, given, RunReport.of(new Outcome.HandOver()));
    assertThat(hands.workers.children(Hands.WHO, worker, parent, given.run(), 0)).isEmpty();
  }

  @Test
  void nobodySpeaksForTheWorkerOfAnother() throws Exception {
    long id = hands.enqueue(Hands.job());
    UUID worker = hands.worker(Hands.LEASE);
    Assignment given = hands.claim(worker, Duration.ZERO).getFirst();
    Principal foreign = new Principal("somebody");
    assertThat(hands.workers.beat(foreign, worker, Set.of(), Duration.ZERO, () -> false)).isEmpty();
    assertThat(hands.workers.leave(foreign, worker)).isFalse();
    assertThat(hands.workers.holding(foreign, worker, id, given.run())).isEmpty();
    assertThat(
            hands.workers.settle(
                foreign, worker, id, given.run(), RunReport.of(new Outcome.Done())))
        .isEqualTo(new ReportResult.NotHeld());
  }

  @Test
  void whatTheNodeDoesItselfIsNotForWorkers() {
    hands.node.jobs.handle(JobsTest.KIND, JobsTest.QUICK, _ -> new Outcome.Done());
    assertThatThrownBy(() -> hands.worker(Hands.LEASE))
        .hasMessageContaining("done by the server itself");
  }

  private String result(long id) {
    return hands
        .node
        .database
        .list("SELECT result FROM everbrook.job_done WHERE id = ?", row -> row.getString(1), id)
        .getFirst();
  }
}
