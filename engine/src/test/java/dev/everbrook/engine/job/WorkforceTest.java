package dev.everbrook.engine.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.everbrook.engine.FakeModel;
import dev.everbrook.engine.TestNode;
import dev.everbrook.engine.store.Principal;
import dev.everbrook.postgres.Access;
import dev.everbrook.postgres.TestPostgres;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Workers in other processes, as any node serves them. */
class WorkforceTest {

  private static final Principal WHO = Principal.LOCAL;
  private static final Duration LEASE = Duration.ofSeconds(20);
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final RetryPolicy TWICE =
      new RetryPolicy(2, Duration.ofMillis(1), Duration.ofMillis(2));

  private Access access;
  private JobsNode node;
  private Workforce force;

  @BeforeEach
  void start() {
    access = TestPostgres.newDatabase();
    TestNode.start(access, new FakeModel(), TestNode.QUICK).close(); // makes the schema
    node = new JobsNode(access);
    force = node.jobs.workforce();
  }

  @AfterEach
  void stop() {
    node.close();
  }

  @Test
  void aClaimedJobIsFinishedOnceHoweverOftenThatIsSaid() throws Exception {
    long id = enqueue(job());
    UUID worker = worker(LEASE);
    Assignment given = claim(worker, Duration.ZERO).getFirst();
    assertThat(given.job()).isEqualTo(id);
    assertThat(given.payload()).isEqualTo("{\"n\":1}");
    Report done = Report.of(new Outcome.Done("{\"ok\":true}"));
    assertThat(settle(worker, given, done)).isEqualTo(new Settled.Over(Ended.DONE));
    assertThat(settle(worker, given, done)).isEqualTo(new Settled.Over(Ended.DONE));
    assertThat(result(id)).isEqualTo("{\"ok\":true}");
    assertThat(claim(worker, Duration.ZERO)).isEmpty();
  }

  @Test
  void whoWaitsIsToldAtOnceWhenAJobComes() throws Exception {
    UUID worker = worker(LEASE);
    CompletableFuture<List<Assignment>> waiting = claiming(worker, LONG);
    awaitWaiting();
    long begun = System.nanoTime();
    long id = enqueue(job());
    assertThat(waiting.get(20, TimeUnit.SECONDS)).extracting(Assignment::job).containsExactly(id);
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofMillis(800));
  }

  @Test
  void aHundredJobsForTwentyWhoWaitAreGivenOnceEach() throws Exception {
    List<CompletableFuture<Integer>> workers = new ArrayList<>();
    Set<Long> seen = ConcurrentHashMap.newKeySet();
    CountDownLatch all = new CountDownLatch(100);
    for (int i = 0; i < 20; i++) {
      UUID worker = worker(LEASE);
      workers.add(
          CompletableFuture.supplyAsync(
              () -> workUntil(worker, all, seen), Thread.ofVirtual()::start));
    }
    node.database.tx(tx -> node.jobs.enqueueAll(tx, Collections.nCopies(100, job())));
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
        for (Assignment given : claim(worker, Duration.ofMillis(500))) {
          assertThat(seen.add(given.job())).isTrue();
          settle(worker, given, Report.of(new Outcome.Done()));
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
  void aWorkerThatSaysNothingLosesItsJobsWithItsLeaseAndCanWriteNothing() throws Exception {
    long id = enqueue(job());
    UUID silent = worker(Workforce.LEASE_MIN);
    Assignment lost = claim(silent, Duration.ZERO).getFirst();
    UUID other = worker(LEASE);
    Assignment again = claim(other, LONG).getFirst();
    assertThat(again.job()).isEqualTo(id);
    assertThat(again.run()).isEqualTo(2);
    assertThat(again.attempt()).isEqualTo(2);

    assertThat(settle(silent, lost, Report.of(new Outcome.Done())))
        .isEqualTo(new Settled.NotHeld());
    assertThat(force.holding(WHO, silent, id, lost.run())).isEmpty();
    assertThat(force.beat(WHO, silent, Set.of(), Duration.ZERO, () -> false)).isEmpty();
    assertThat(force.claim(WHO, silent, wish(Duration.ZERO, Set.of()), () -> false)).isEmpty();
    assertThat(settle(other, again, Report.of(new Outcome.Done())))
        .isEqualTo(new Settled.Over(Ended.DONE));
  }

  @Test
  void aWorkerIsNotTakenForDeadAsLongAsItsLeaseLasts() throws Exception {
    enqueue(job());
    UUID worker = worker(LEASE);
    Assignment given = claim(worker, Duration.ZERO).getFirst();
    UUID other = worker(LEASE);
    assertThat(claim(other, Duration.ofSeconds(6)))
        .as("a node that is silent for 3 s and holds no lock is taken for dead; this is none")
        .isEmpty();
    assertThat(settle(worker, given, Report.of(new Outcome.Done())))
        .isEqualTo(new Settled.Over(Ended.DONE));
  }

  @Test
  void anAssignmentThatDidNotArriveIsGivenAgainUnderTheSameFence() throws Exception {
    enqueue(job());
    UUID worker = worker(LEASE);
    Assignment lost = claim(worker, Duration.ZERO).getFirst();
    Assignment again = claim(worker, Duration.ZERO).getFirst();
    assertThat(again.job()).isEqualTo(lost.job());
    assertThat(again.run()).isEqualTo(lost.run());
    assertThat(
            force
                .claim(WHO, worker, wish(Duration.ZERO, Set.of(lost.job())), () -> false)
                .orElseThrow())
        .as("it is known by now")
        .isEmpty();
  }

  @Test
  void aFailureIsRetriedAsTheWorkerSaidAndThenIsTheEnd() throws Exception {
    long id = enqueue(job());
    UUID worker = worker(LEASE);
    Assignment first = claim(worker, Duration.ZERO).getFirst();
    assertThat(first.attemptsMax()).isEqualTo(2);
    Report failed = Report.of(new Outcome.Failed("no luck", true));
    assertThat(settle(worker, first, failed)).isInstanceOf(Settled.Again.class);
    Assignment second = claim(worker, LONG).getFirst();
    assertThat(second.attempt()).isEqualTo(2);
    assertThat(settle(worker, second, failed)).isEqualTo(new Settled.Over(Ended.FAILED));
    assertThat(node.outcome(id)).isEqualTo("failed");
  }

  @Test
  void aFailureCanSayWhenToTryAgainAndThatThisIsOfNoUse() throws Exception {
    enqueue(job());
    UUID worker = worker(LEASE);
    Assignment first = claim(worker, Duration.ZERO).getFirst();
    Report later =
        new Report(
            new Outcome.Failed("come back", true),
            OptionalInt.empty(),
            Optional.of(Duration.ofMillis(7)));
    assertThat(settle(worker, first, later)).isEqualTo(new Settled.Again(Duration.ofMillis(7)));
    Assignment second = claim(worker, LONG).getFirst();
    Report never = Report.of(new Outcome.Failed("nonsense", false));
    assertThat(settle(worker, second, never)).isEqualTo(new Settled.Over(Ended.FAILED));
  }

  @Test
  void aReleasedOrSnoozedJobUsesUpNoAttempt() throws Exception {
    enqueue(job());
    UUID worker = worker(LEASE);
    Assignment first = claim(worker, Duration.ZERO).getFirst();
    assertThat(settle(worker, first, Report.of(new Outcome.HandOver())))
        .isEqualTo(new Settled.Again(Duration.ZERO));
    Assignment second = claim(worker, LONG).getFirst();
    assertThat(second.attempt()).isEqualTo(1);
    settle(worker, second, Report.of(new Outcome.Snooze(Duration.ofMillis(1), "not yet")));
    Assignment third = claim(worker, LONG).getFirst();
    assertThat(third.attempt()).isEqualTo(1);
    assertThat(third.run()).isEqualTo(3);
  }

  @Test
  void whoLeavesGivesBackAtOnceWhatItHolds() throws Exception {
    enqueue(job());
    UUID leaving = worker(LEASE);
    claim(leaving, Duration.ZERO);
    UUID other = worker(LEASE);
    CompletableFuture<List<Assignment>> waiting = claiming(other, LONG);
    awaitWaiting();
    assertThat(force.leave(WHO, leaving)).isTrue();
    assertThat(waiting.get(5, TimeUnit.SECONDS).getFirst().attempt()).isEqualTo(1);
    assertThat(force.leave(WHO, leaving)).isFalse();
  }

  @Test
  void aJobThatIsNotToRunAnyMoreIsEndedInsteadOfBeingGiven() throws Exception {
    UUID worker = worker(LEASE);
    long late = enqueue(job().within(Duration.ofMillis(1)));
    long cancelled = enqueue(job());
    node.jobs.cancel(cancelled);
    long wanted = enqueue(job());
    List<Assignment> given = new ArrayList<>(claim(worker, LONG));
    while (given.isEmpty()) {
      given.addAll(claim(worker, LONG));
    }
    assertThat(given).extracting(Assignment::job).containsExactly(wanted);
    assertThat(node.outcome(cancelled)).isEqualTo("cancelled");
    assertThat(node.outcome(late)).isEqualTo("failed");
  }

  @Test
  void aBeatTellsAtOnceThatAJobWasCancelledAndWhatTheWorkerSaysThenEndsIt() throws Exception {
    long id = enqueue(job());
    UUID worker = worker(LEASE);
    Assignment given = claim(worker, Duration.ZERO).getFirst();
    CompletableFuture<List<StopOrder>> beat =
        CompletableFuture.supplyAsync(() -> beat(worker, LONG), Thread.ofVirtual()::start);
    try (JobsNode elsewhere = new JobsNode(access)) {
      elsewhere.jobs.cancel(id);
      assertThat(beat.get(3, TimeUnit.SECONDS))
          .containsExactly(new StopOrder(id, given.run(), StopReason.CANCELLED));
    }
    assertThat(settle(worker, given, Report.of(new Outcome.Failed("interrupted", true))))
        .isEqualTo(new Settled.Over(Ended.CANCELLED));
  }

  private List<StopOrder> beat(UUID worker, Duration patience) {
    try {
      return force.beat(WHO, worker, Set.of(), patience, () -> false).orElseThrow();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aWorkerThatLivesButDoesNotEndAJobInTimeLosesIt() throws Exception {
    long id = enqueue(job());
    UUID worker = worker(LEASE);
    Assignment given = claim(worker, Duration.ZERO).getFirst();
    passDeadline(id, 1);
    assertThat(beat(worker, LONG))
        .containsExactly(new StopOrder(id, given.run(), StopReason.DEADLINE));
    passDeadline(id, 61);
    assertThat(beat(worker, Duration.ZERO)).isEmpty();
    assertThat(node.outcome(id)).isEqualTo("failed");
    assertThat(settle(worker, given, Report.of(new Outcome.Done())))
        .as("it is told how its run ended")
        .isEqualTo(new Settled.Over(Ended.FAILED));
  }

  private void passDeadline(long job, int secondsAgo) {
    node.database.update(
        "UPDATE everbrook.job SET deadline_at = now() - ? * interval '1 s' WHERE id = ?",
        secondsAgo,
        job);
  }

  @Test
  void theLimitsOfAQueueHoldForWorkersToo() throws Exception {
    node.jobs.queues().limit("q", QueueLimits.NONE.atOnce(1));
    enqueue(job());
    long second = enqueue(job());
    UUID worker = worker(LEASE);
    Assignment first = claim(worker, Duration.ZERO).getFirst();
    UUID other = worker(LEASE);
    CompletableFuture<List<Assignment>> waiting = claiming(other, LONG);
    awaitWaiting();
    assertThat(waiting).isNotDone();
    settle(worker, first, Report.of(new Outcome.Done()));
    assertThat(waiting.get(20, TimeUnit.SECONDS))
        .extracting(Assignment::job)
        .containsExactly(second);
  }

  @Test
  void aLimitedJobClosesItsLane() throws Exception {
    enqueue(job().lane("tenant"));
    UUID worker = worker(LEASE);
    Assignment given = claim(worker, Duration.ZERO).getFirst();
    settle(worker, given, Report.of(new Outcome.Limited(Duration.ofMillis(300), "429")));
    assertThat(claim(worker, Duration.ZERO)).isEmpty();
    assertThat(claim(worker, LONG).getFirst().attempt()).isEqualTo(1);
  }

  @Test
  void theEndIsToldBeforeItIsWrittenAndWaitsUntilThatCouldBe() throws Exception {
    enqueue(job().owner(WHO));
    UUID worker = worker(LEASE);
    Assignment given = claim(worker, Duration.ZERO).getFirst();
    AtomicBoolean works = new AtomicBoolean();
    List<Workforce.JobEnd> told = new ArrayList<>();
    force.onEnd(end -> {
      if (!works.get()) {
        throw new IllegalStateException("not now");
      }
      told.add(end);
    });
    Report done = Report.of(new Outcome.Done());
    assertThatThrownBy(() -> settle(worker, given, done)).hasMessage("not now");
    works.set(true);
    assertThat(settle(worker, given, done)).isEqualTo(new Settled.Over(Ended.DONE));
    assertThat(told)
        .containsExactly(
            new Workforce.JobEnd(given.job(), given.run(), Optional.of(WHO), Ended.DONE, ""));
  }

  @Test
  void nobodySpeaksForTheWorkerOfAnother() throws Exception {
    long id = enqueue(job());
    UUID worker = worker(LEASE);
    Assignment given = claim(worker, Duration.ZERO).getFirst();
    Principal foreign = new Principal("somebody");
    assertThat(force.beat(foreign, worker, Set.of(), Duration.ZERO, () -> false)).isEmpty();
    assertThat(force.leave(foreign, worker)).isFalse();
    assertThat(force.holding(foreign, worker, id, given.run())).isEmpty();
    assertThat(force.settle(foreign, worker, id, given.run(), Report.of(new Outcome.Done())))
        .isEqualTo(new Settled.NotHeld());
  }

  @Test
  void whatTheNodeDoesItselfIsNotForWorkers() {
    node.jobs.handle(JobsTest.KIND, JobsTest.QUICK, _ -> new Outcome.Done());
    assertThatThrownBy(() -> worker(LEASE)).hasMessageContaining("done by the server itself");
  }

  private static NewJob job() {
    return NewJob.of("q", JobsTest.KIND, "{\"n\":1}");
  }

  private long enqueue(NewJob job) {
    return node.database.tx(tx -> node.jobs.enqueue(tx, job));
  }

  private UUID worker(Duration lease) {
    return force.register(WHO, "test", lease, Map.of(JobsTest.KIND, TWICE)).orElseThrow();
  }

  private static WorkWish wish(Duration patience, Set<Long> holding) {
    return new WorkWish("q", Set.of(), 1, patience, holding);
  }

  private List<Assignment> claim(UUID worker, Duration patience) throws InterruptedException {
    return force.claim(WHO, worker, wish(patience, Set.of()), () -> false).orElseThrow();
  }

  private CompletableFuture<List<Assignment>> claiming(UUID worker, Duration patience) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return claim(worker, patience);
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        },
        Thread.ofVirtual()::start);
  }

  private void awaitWaiting() {
    long start = System.nanoTime();
    while (force.waiting("q") == 0) {
      assertThat(System.nanoTime() - start).isLessThan(LONG.toNanos());
      Thread.onSpinWait();
    }
  }

  private Settled settle(UUID worker, Assignment given, Report report) throws InterruptedException {
    return force.settle(WHO, worker, given.job(), given.run(), report);
  }

  private String result(long id) {
    return node.database
        .list("SELECT result FROM everbrook.job_done WHERE id = ?", row -> row.getString(1), id)
        .getFirst();
  }
}
