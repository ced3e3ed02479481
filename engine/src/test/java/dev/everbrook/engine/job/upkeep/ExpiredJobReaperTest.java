package dev.everbrook.engine.job.upkeep;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.Await;
import dev.everbrook.engine.job.EndHook;
import dev.everbrook.engine.job.Ended;
import dev.everbrook.engine.job.Handler;
import dev.everbrook.engine.job.Hands;
import dev.everbrook.engine.job.JobState;
import dev.everbrook.engine.job.JobsNode;
import dev.everbrook.engine.job.JobsTest;
import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.Run;
import dev.everbrook.engine.job.claim.Claims;
import dev.everbrook.engine.job.claim.QueueNotifier;
import dev.everbrook.engine.job.claim.WaitingWorkers;
import dev.everbrook.engine.job.enqueue.Family;
import dev.everbrook.engine.job.enqueue.JobInserter;
import dev.everbrook.engine.job.finish.Finisher;
import dev.everbrook.engine.job.finish.JobMeters;
import dev.everbrook.engine.job.finish.VerdictTable;
import dev.everbrook.engine.job.finish.VerdictWriter;
import dev.everbrook.engine.job.lane.LaneTable;
import dev.everbrook.engine.job.node.JobSettings;
import dev.everbrook.engine.job.remote.RemoteCompleter;
import dev.everbrook.engine.job.remote.RemoteRuns;
import dev.everbrook.engine.job.run.Execution;
import dev.everbrook.engine.job.run.OutcomeEffects;
import dev.everbrook.engine.job.run.RunMeters;
import dev.everbrook.engine.job.run.Runner;
import dev.everbrook.engine.job.run.Traces;
import dev.everbrook.engine.store.Bell;
import dev.everbrook.engine.world.World;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How jobs end that wait and are not to run any more, whoever knows their kinds. */
class ExpiredJobReaperTest {

  private static final Duration NONE = Duration.ZERO;

  private final Hands hands = new Hands();
  private final JobsNode node = hands.node;
  private final List<EndHook.End> told = new ArrayList<>();

  @AfterEach
  void stop() {
    hands.close();
  }

  @Test
  void aCancelledJobOfAKindThatNobodyKnowsIsEndedAfterAWhile() throws Exception {
    long job = hands.enqueue(Hands.job());
    node.jobs.cancel(job);
    try (Bury bury = new Bury(new ExpiredJobReaper.Grace(NONE, NONE))) {
      bury.burier.step();
      assertThat(state(job)).as("others have a time to come for it").contains(JobState.READY);
      bury.burier.step();
    }

    assertThat(node.outcome(job)).isEqualTo("cancelled");
    assertThat(told).singleElement().extracting(EndHook.End::how).isEqualTo(Ended.CANCELLED);
  }

  @Test
  void anOverdueJobOfAKindThatNobodyKnowsIsEndedThoughItsQueueIsPaused() throws Exception {
    long late = hands.enqueue(Hands.job().within(Duration.ofMillis(1)));
    long young = hands.enqueue(Hands.job());
    node.jobs.queues().pause("q");
    try (Bury bury = new Bury(new ExpiredJobReaper.Grace(NONE, NONE))) {
      while (state(late).equals(Optional.of(JobState.READY))) {
        bury.burier.step();
        Await.rest();
      }
    }

    assertThat(node.outcome(late)).isEqualTo("failed");
    assertThat(told)
        .singleElement()
        .extracting(EndHook.End::error)
        .isEqualTo("its deadline passed");
    assertThat(state(young)).contains(JobState.READY);
  }

  @Test
  void strangersAreLeftAloneForTheirTimeOfGrace() {
    long cancelled = hands.enqueue(Hands.job());
    node.jobs.cancel(cancelled);
    long late = hands.enqueue(Hands.job());
    node.database.update(
        "UPDATE everbrook.job SET deadline_at = now() - interval '9 min' WHERE id = ?", late);
    try (Bury bury = new Bury(ExpiredJobReaper.Grace.NORMAL)) {
      bury.burier.step();
      bury.burier.step();
    }

    assertThat(state(cancelled)).contains(JobState.READY);
    assertThat(state(late)).contains(JobState.READY);
  }

  @Test
  void hundredsOfStrangersAreEndedWithoutARestInBetweenAndLookedForOnce() {
    int each = 150; // as many are overdue as were cancelled
    node.database.update(
        """
        INSERT INTO everbrook.job (queue, kind, payload, state, cancelled, deadline_at)
        SELECT 'q', 'work', '{}', 'ready', nth % 2 = 0,
               now() + CASE WHEN nth % 2 = 0 THEN 1 ELSE -1 END * interval '1 h'
          FROM generate_series(1, ?) AS nth
        """,
        2 * each);
    List<Boolean> rests = new ArrayList<>();
    try (Bury bury = new Bury(new ExpiredJobReaper.Grace(NONE, NONE))) {
      for (int step = 0; step < 7; step++) {
        rests.add(!bury.burier.step().isZero());
      }
    }

    assertThat(told).extracting(it -> it.fence().job()).hasSize(2 * each).doesNotHaveDuplicates();
    assertThat(rests)
        .as("50 a step; those that were cancelled have had their time when they are seen again")
        .containsExactly(false, false, true, false, false, true, true);
  }

  @Test
  void anOverdueJobOfAPausedQueueIsEndedByItsHandler() throws Exception {
    CountDownLatch ended = new CountDownLatch(1);
    node.jobs.queues().pause("q");
    long job = hands.enqueue(Hands.job().within(Duration.ofMillis(1)));
    node.working(
        1,
        new Handler() {
          @Override
          public Outcome run(Run run) {
            return new Outcome.Done();
          }

          @Override
          public void ended(Run run, Ended end, String reason) {
            ended.countDown();
          }
        });

    assertThat(ended.await(JobsTest.WAIT_S, TimeUnit.SECONDS)).isTrue();
    assertThat(node.outcome(job)).isEqualTo("failed");
  }

  @Test
  void thousandsThatAreNotDueDoNotHideThoseThatAre() throws Exception {
    node.database.update(
        """
        INSERT INTO everbrook.job (queue, kind, payload, state, deadline_at)
        SELECT 'q', 'work', '{}', 'ready',
               now() + CASE WHEN nth > 12000 THEN -1 ELSE 1 END * interval '1 h'
          FROM generate_series(1, 12300) AS nth
        """);
    ExpiredJobScan overdue = new ExpiredJobScan(node.database, Duration.ofMinutes(10));
    int found = 0;
    for (int step = 0; step < 4; step++) {
      found += overdue.step(Set.of(), 200).strangers().size();
    }
    assertThat(found).isEqualTo(300);
    assertThat(overdue.step(Set.of(), 200).strangers()).as("from the beginning").isEmpty();
  }

  private Optional<JobState> state(long job) {
    return node.jobs.list().find(job).map(it -> it.job().state());
  }

  /** One that knows no kind, beside a node that does not work. */
  private final class Bury implements AutoCloseable {
    private final Bell bell = new Bell(node.database, World.real());
    private final Finisher finisher;
    private final ExpiredJobReaper burier;

    Bury(ExpiredJobReaper.Grace grace) {
      World world = World.real();
      MeterRegistry registry = new SimpleMeterRegistry();
      JobMeters meters = new JobMeters(registry);
      Claims claims = new Claims(node.database, world);
      LaneTable lanes = new LaneTable(node.database, bell, (_, _) -> {});
      VerdictTable table = new VerdictTable();
      QueueNotifier notifier = new QueueNotifier(bell, new WaitingWorkers());
      VerdictWriter writer = new VerdictWriter(node.database, table);
      finisher = new Finisher(writer, lanes, notifier, meters, world);
      OutcomeEffects aftermath =
          new OutcomeEffects(
              node.database,
              table,
              new Family(node.database, new JobInserter()),
              lanes,
              notifier,
              meters);
      RunMeters runs = new RunMeters(registry);
      Traces traces = new Traces(JobSettings.of(registry).telemetry());
      Execution execution = new Execution(world, aftermath, finisher, traces, runs);
      Runner runner = new Runner(world, Map.of(), finisher, aftermath, notifier, execution);
      RemoteCompleter completer =
          new RemoteCompleter(
              new RemoteCompleter.Parts(
                  node.database,
                  world,
                  table,
                  lanes,
                  notifier,
                  meters,
                  new RemoteRuns(runs, world)));
      completer.onEnd((_, end) -> told.add(end));
      burier =
          new ExpiredJobReaper(
              new ExpiredJobReaper.Parts(
                  node.database,
                  world,
                  claims,
                  node.membership::node,
                  Set::of,
                  runner,
                  finisher,
                  completer),
              grace);
    }

    @Override
    public void close() {
      finisher.close();
      bell.close();
    }
  }
}
