package dev.everbrook.engine.job.upkeep;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.job.Ends;
import dev.everbrook.engine.job.JobsNode;
import dev.everbrook.engine.job.JobsTest;
import dev.everbrook.engine.job.NewJob;
import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.claim.Claimed;
import dev.everbrook.engine.job.run.RunMeters;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is measured of queues and of runs. */
class QueueGaugesTest {

  private QueueGauges gauges;

  @AutoClose private final JobsNode node = new JobsNode();

  @BeforeEach
  void start() {
    gauges = new QueueGauges(node.database, node.jobs.queues(), node.meters);
  }

  private double gauge(String name, String... tags) {
    return node.meters.get(name).tags(tags).gauge().value();
  }

  @Test
  void theOldestThatIsReadyIsKnownByQueueAndLaneThoughYoungerOnesAreFirst() {
    enqueue(job("a").priority(0));
    enqueue(job("a").priority(5));
    enqueue(job("b"));
    enqueue(job("c").after(Duration.ofHours(1)));
    readySince(2, 100);
    readySince(3, 50);
    node.database.update("UPDATE everbrook.job SET run_at = now() - interval '1 h' WHERE id = 4");
    assertThat(gauges.step()).isPositive();

    assertThat(gauge("everbrook.queue.oldest.ready", "queue", "q")).isBetween(99.0, 130.0);
    assertThat(gauge("everbrook.lane.oldest.ready", "queue", "q", "lane", "a"))
        .isBetween(99.0, 130.0);
    assertThat(gauge("everbrook.lane.oldest.ready", "queue", "q", "lane", "b"))
        .isBetween(49.0, 80.0);
    assertThat(gauge("everbrook.queue.jobs", "queue", "q", "state", "ready")).isEqualTo(3);
    assertThat(gauge("everbrook.queue.jobs", "queue", "q", "state", "delayed")).isEqualTo(1);

    node.database.update("DELETE FROM everbrook.job");
    gauges.step();
    assertThat(gauge("everbrook.queue.oldest.ready", "queue", "q")).isZero();
    assertThat(node.meters.find("everbrook.lane.oldest.ready").gauges()).isEmpty();
  }

  @Test
  void aHundredThousandJobsThatWaitAreNotCountedOneByOne() {
    node.database.update(
        """
        INSERT INTO everbrook.job (queue, kind, lane, priority, payload, state, deadline_at)
        SELECT 'q', 'work', 'lane' || nth % 1000, nth % 3, '{}', 'ready', now() + interval '1 h'
          FROM generate_series(1, 100000) AS nth
        """);
    gauges.step();
    long quickest = Long.MAX_VALUE;
    for (int look = 0; look < 5; look++) { // the machine may be busy with others
      long start = System.nanoTime();
      gauges.step();
      quickest = Math.min(quickest, System.nanoTime() - start);
    }
    assertThat(Duration.ofNanos(quickest)).isLessThan(Duration.ofMillis(500));
    assertThat(gauge("everbrook.queue.jobs", "queue", "q", "state", "ready")).isEqualTo(100_000);
    assertThat(node.meters.find("everbrook.lane.oldest.ready").gauges()).hasSizeLessThan(300);
  }

  @Test
  void theLaneThatWaitsLongestIsFoundThoughItIsFarBehindInTheOrderOfNames() {
    node.database.update(
        """
        INSERT INTO everbrook.job (queue, kind, lane, payload, state, deadline_at, run_at)
        SELECT 'q', 'work', 'lane' || to_char(nth, 'FM0000'), '{}', 'ready', now() + interval '1 d',
               now() - CASE WHEN nth = 1200 THEN 5000 ELSE 1 END * interval '1 s'
          FROM generate_series(1, 2000) AS nth
        """);
    for (int look = 0; look < 5; look++) {
      gauges.step();
    }
    assertThat(gauge("everbrook.queue.oldest.ready", "queue", "q")).isBetween(5000.0, 5100.0);
    assertThat(gauge("everbrook.lane.oldest.ready", "queue", "q", "lane", "lane1200"))
        .isBetween(5000.0, 5100.0);
    gauges.step();
    assertThat(gauge("everbrook.queue.oldest.ready", "queue", "q"))
        .as("while the next walk is under way, too")
        .isBetween(5000.0, 5100.0);
    node.database.update("DELETE FROM everbrook.job WHERE lane = 'lane1200'");
    for (int look = 0; look < 10; look++) {
      gauges.step();
    }
    assertThat(gauge("everbrook.queue.oldest.ready", "queue", "q")).isLessThan(100);
  }

  @Test
  void aTransactionThatHoldsVacuumBackIsSeen() {
    node.database.tx(tx -> {
      tx.update("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
      tx.list("SELECT 1", row -> true);
      Thread other = Thread.ofVirtual().start(this::measureAfterAHundredTransactions);
      try {
        other.join();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      return true;
    });
    assertThat(gauge("everbrook.postgres.xmin.age")).isGreaterThanOrEqualTo(100);
    assertThat(gauge("everbrook.postgres.transaction.oldest")).isPositive();
    assertThat(gauge("everbrook.postgres.dead", "table", "job")).isNotNegative();
  }

  private void measureAfterAHundredTransactions() {
    for (int i = 0; i < 100; i++) {
      enqueue(job(""));
    }
    gauges.step();
  }

  @Test
  void runsAreTimedByQueueAndKindAndTheNamesAreBounded() throws Exception {
    Ends ends = new Ends(1);
    node.working(4, ends.handler(_ -> new Outcome.Done()));
    long id = enqueue(NewJob.of("q", JobsTest.KIND, "{}").after(Duration.ofMillis(50)));
    ends.await();
    assertThat(node.outcome(id)).isEqualTo("done");
    var waited = node.meters.get("everbrook.job.wait").tags("queue", "q", "kind", "work").timer();
    assertThat(waited.count()).isOne();
    assertThat(waited.totalTime(TimeUnit.SECONDS)).isBetween(0.0, 5.0);
    assertThat(
            node.meters
                .get("everbrook.job.run")
                .tags("queue", "q", "kind", "work", "outcome", "done")
                .timer()
                .count())
        .isOne();

    RunMeters meters = new RunMeters(node.meters);
    IntStream.range(0, 2 * RunMeters.NAMES_MAX)
        .mapToObj(i -> new Claimed(i, "q" + i, "k", 1, 1, "", 1, 0, 0, false, links()))
        .forEach(job -> meters.begun(job, 1));
    assertThat(node.meters.find("everbrook.job.wait").timers())
        .hasSizeLessThanOrEqualTo(RunMeters.NAMES_MAX + 2);
    assertThat(node.meters.get("everbrook.job.wait").tags("queue", "other").timer().count())
        .isGreaterThanOrEqualTo(RunMeters.NAMES_MAX);
  }

  private static Claimed.Links links() {
    return new Claimed.Links("", 0, false, "", "", "", Optional.empty());
  }

  private void readySince(long id, int seconds) {
    node.database.update(
        "UPDATE everbrook.job SET run_at = now() - ? * interval '1 s' WHERE id = ?", seconds, id);
  }

  private long enqueue(NewJob job) {
    return node.database.tx(tx -> node.jobs.enqueue(tx, job));
  }

  private static NewJob job(String lane) {
    return NewJob.of("q", JobsTest.KIND, "{}").lane(lane);
  }
}
