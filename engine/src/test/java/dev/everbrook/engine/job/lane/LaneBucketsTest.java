package dev.everbrook.engine.job.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.everbrook.engine.Await;
import dev.everbrook.engine.job.Ends;
import dev.everbrook.engine.job.Handler;
import dev.everbrook.engine.job.HistorySettings;
import dev.everbrook.engine.job.JobsNode;
import dev.everbrook.engine.job.JobsTest;
import dev.everbrook.engine.job.LaneLimits;
import dev.everbrook.engine.job.NewJob;
import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.QueueLimits;
import dev.everbrook.engine.job.claim.Claimed;
import dev.everbrook.engine.job.claim.Claims;
import dev.everbrook.engine.job.upkeep.HistoryPruner;
import dev.everbrook.engine.world.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What goes into the buckets of lanes and queues, what comes out, and on how many nodes. */
class LaneBucketsTest {

  @AutoClose private final JobsNode node = new JobsNode();
  private final Claims claims = new Claims(node.database, World.real());

  @Test
  void aDebtThatTakesLongerThanADayIsPaidOff() {
    node.jobs.lanes().limit("q", "a", LaneLimits.NONE.tokensPerMinute(60)); // 86,400 a day
    enqueue(job().lane("a").tokens(10));
    assertThat(claim()).hasSize(1);
    enqueue(job().lane("a").tokens(10));
    owed(200_000, "2 days");
    assertThat(claim()).isEmpty();
    owed(200_000, "3 days");
    assertThat(claim()).hasSize(1);
  }

  /** Else what was empty would stay so until the clock is where it was. */
  @Test
  void aClockThatGoesBackShutsNoBucketForLong() throws Exception {
    node.jobs.lanes().limit("q", "a", LaneLimits.NONE.perSecond(1_000, 1));
    node.jobs.lanes().close("q", "b", Duration.ofDays(7), "429");
    node.jobs.queues().limit("q", QueueLimits.NONE.perSecond(1_000, 1));
    enqueue(job().lane("a"));
    assertThat(claim()).hasSize(1);
    node.database.update(
        """
        UPDATE everbrook.lane SET touched_at = now() + interval '1 h',
               closed_until = closed_until + interval '30 days'
        """);
    node.database.update("UPDATE everbrook.queue SET allowed_at = now() + interval '1 h'");
    enqueue(job().lane("a"));
    assertThat(claim()).isEmpty();
    new HistoryPruner(node.database, HistorySettings.DEFAULT).step();

    long start = System.nanoTime();
    while (claim().isEmpty()) {
      assertThat(System.nanoTime() - start).isLessThan(Duration.ofSeconds(20).toNanos());
      Await.rest();
    }
    assertThat(
            node.database.list(
                "SELECT closed_until <= now() + interval '7 days' FROM everbrook.lane"
                    + " WHERE name = 'b'",
                row -> row.getBoolean(1)))
        .containsExactly(true);
  }

  private void owed(int tokens, String since) {
    node.database.update(
        "UPDATE everbrook.lane SET tokens = ?, touched_at = now() - ?::interval WHERE name = 'a'",
        -tokens,
        since);
  }

  @Test
  void aLaneAndAQueueThatBeginOneJobInAYearBeginTheFirstAtOnce() {
    double perYear = 1.0 / Duration.ofDays(365).toSeconds();
    node.jobs.lanes().limit("q", "a", LaneLimits.NONE.perSecond(perYear, 1));
    node.jobs.queues().limit("q", QueueLimits.NONE.perSecond(perYear, 1));
    enqueue(job().lane("a"));
    enqueue(job().lane("a"));

    assertThat(claim()).hasSize(1);
    assertThat(claim()).isEmpty();
  }

  @Test
  void aRateThatIsNextToNothingKeepsNobodyFromClaiming() {
    node.jobs.lanes().limit("q", "a", LaneLimits.NONE.perSecond(1e-9, 1));
    node.jobs.lanes().limit("q", "b", LaneLimits.NONE.weight(1e-6));
    enqueue(job().lane("a"));
    enqueue(job().lane("a"));
    enqueue(job().lane("b"));

    assertThat(claim()).hasSize(2);
    assertThat(claim()).isEmpty();
    assertThatThrownBy(() -> LaneLimits.NONE.perSecond(Double.MIN_VALUE, 1))
        .hasMessageContaining("a rate needs 1.0E-9 to 1.0E12 a second");
    assertThatThrownBy(() -> LaneLimits.NONE.weight(Double.MIN_VALUE))
        .hasMessageContaining("weight must be 1.0E-6 to 1000000.0");
  }

  @Test
  void whatIsOnlyToBeEndedIsChargedNothing() {
    node.jobs.lanes().limit("q", "a", LaneLimits.NONE.perSecond(0.001, 2).tokensPerMinute(1_000));
    node.jobs.queues().limit("q", QueueLimits.NONE.perSecond(0.001, 2));
    for (int i = 0; i < 6; i++) {
      enqueue(job().lane("a").tokens(900));
    }
    node.database.update(
        """
        UPDATE everbrook.job SET cancelled = id % 3 = 0, fail_reason = CASE WHEN id % 3 = 1 THEN 'd' END,
               deadline_at = CASE WHEN id % 3 = 2 THEN now() ELSE deadline_at END
        """);
    enqueue(job().lane("a").tokens(900));
    enqueue(job().lane("a").tokens(100));
    List<Claimed> claimed = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      claimed.addAll(claim());
    }

    assertThat(claimed)
        .extracting(it -> it.links().tokens())
        .containsExactlyInAnyOrder(0, 0, 0, 0, 0, 0, 900, 100);
  }

  @Test
  void aJobThatWasToldToComeLaterUsedNoTokens() throws Exception {
    node.jobs.lanes().limit("q", "a", LaneLimits.NONE.tokensPerMinute(1_000));
    AtomicInteger runs = new AtomicInteger();
    Ends ends = new Ends(1);
    node.working(
        4,
        ends.handler(_ ->
            runs.incrementAndGet() <= 3
                ? new Outcome.Limited(Duration.ofMillis(1), "429")
                : new Outcome.Done()));
    enqueue(job().lane("a").tokens(1_000)); // all there is; else the next try is in a minute

    ends.await();
    assertThat(ends.attempts).containsOnly(1);
  }

  @Test
  void aLaneUsesNoMoreTokensThanItsBurstAndItsRateAllowOnFourNodes() throws Exception {
    int jobs = 40;
    int each = 100;
    LaneLimits.Rate rate = new LaneLimits.Rate(1_000, 2_000);
    node.jobs
        .lanes()
        .limit(
            "q", "a", new LaneLimits(1, OptionalInt.empty(), Optional.empty(), Optional.of(rate)));
    List<Long> begun = new ArrayList<>();
    Ends ends = new Ends(jobs);
    Handler handler =
        ends.handler(_ -> {
          synchronized (begun) {
            begun.add(System.nanoTime());
          }
          return new Outcome.Done();
        });
    node.working(50, handler);
    for (int i = 0; i < 3; i++) {
      node.another().working(50, handler);
    }
    long start = System.nanoTime();
    for (int i = 0; i < jobs; i++) {
      enqueue(job().lane("a").tokens(each));
    }

    ends.await();
    begun.sort(null);
    for (int i = 0; i < jobs; i++) {
      double seconds = (begun.get(i) - start) / 1e9;
      assertThat((i + 1) * each)
          .as("tokens used after %s s", seconds)
          .isLessThanOrEqualTo((int) Math.ceil(rate.burst() + rate.perSecond() * seconds));
    }
    assertThat((begun.getLast() - start) / 1e9).isBetween(1.9, 10.0);
  }

  private List<Claimed> claim() {
    return claims
        .claimInTurn(
            node.membership.node(),
            "q",
            Set.of(JobsTest.KIND),
            new Claims.Want(10, Claims.BYTES_MAX))
        .jobs();
  }

  private void enqueue(NewJob job) {
    node.database.tx(tx -> node.jobs.enqueue(tx, job));
  }

  private static NewJob job() {
    return NewJob.of("q", JobsTest.KIND, "{}");
  }
}
