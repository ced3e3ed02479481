package dev.everbrook.engine.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.Starved;
import dev.everbrook.engine.TestNode;
import dev.everbrook.engine.job.node.JobSettings;
import dev.everbrook.postgres.Access;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.cumulative.CumulativeTimer;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.distribution.pause.PauseDetector;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Memory runs out once somewhere on the way of a job: neither the job nor its place is lost. */
class JobsWantMemoryTest {

  private final Starved world = new Starved();
  private final Wire wire = new Wire();
  private final StarvedMeters meters = new StarvedMeters();
  private final AtomicInteger runs = new AtomicInteger();
  private final Access access = TestNode.newDatabase();
  @AutoClose private final JobsNode other = new JobsNode(access);

  @AutoClose
  private final JobsNode node = new JobsNode(access, JobSettings.of(meters), wire, world);

  /** Timers for which there is no memory when the outcome of a run is counted. */
  private static final class StarvedMeters extends SimpleMeterRegistry {
    private final AtomicInteger left = new AtomicInteger();

    StarvedMeters() {
      super(SimpleConfig.DEFAULT, Clock.SYSTEM);
    }

    @Override
    protected Timer newTimer(
        Meter.Id id, DistributionStatisticConfig config, PauseDetector pauses) {
      return new CumulativeTimer(id, clock, config, pauses, getBaseTimeUnit()) {
        @Override
        protected void recordNonNegative(long amount, TimeUnit unit) {
          if (id.getName().equals("everbrook.job.run")
              && left.getAndUpdate(it -> Math.max(0, it - 1)) > 0) {
            throw new Starved.NoMemory();
          }
          super.recordNonNegative(amount, unit);
        }
      };
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Claimer.step", "Claimer.inOrder", "Runner.startReserved"})
  void aClaimLosesNeitherItsJobNorItsPlace(String method) throws Exception {
    node.working(1, this::count);
    Starved.Moment moment = world.within(method);
    long job = other.jobs.enqueue(JobsTest.job("{}"));
    assertThat(node.outcome(job)).isEqualTo("done");
    assertThat(moment.hasCome()).isTrue();
    assertThat(node.outcome(other.jobs.enqueue(JobsTest.job("{}")))).isEqualTo("done");
    assertThat(runs).hasValue(2);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anEnqueueThatClaimsItsJobLosesNeitherThatNorItsPlace(boolean within) throws Exception {
    node.working(1, this::count);
    for (String method : List.of("Claimer.reserved", "Claimer.start")) {
      Starved.Moment moment = world.within(method);
      while (!moment.hasCome()) {
        try {
          assertThat(node.outcome(enqueue(within))).isEqualTo("done");
        } catch (Starved.NoMemory _) {
          assertThat(moment.hasCome()).isTrue();
        }
      }
      assertThat(node.outcome(enqueue(within))).isEqualTo("done");
    }
    assertThat(node.outcome(other.jobs.enqueue(JobsTest.job("{}")))).isEqualTo("done");
    node.database.list("SELECT id FROM everbrook.job", row -> row.getLong(1)).forEach(this::ends);
  }

  private long enqueue(boolean within) {
    return within
        ? node.database.tx(tx -> node.jobs.enqueue(tx, JobsTest.job("{}")))
        : node.jobs.enqueue(JobsTest.job("{}"));
  }

  private void ends(long job) {
    node.awaitState(job, JobState.DONE);
  }

  @Test
  void aPlaceThatIsServedByNoThreadIsFreeAgain() throws Exception {
    node.working(1, this::count);
    Starved.Moment moment = world.within("Runner.start");
    while (!moment.hasCome()) { // the claimer may take a job before the cancelling does
      long job = other.jobs.enqueue(JobsTest.job("{}").after(Duration.ofHours(1)));
      try {
        node.jobs.cancel(job);
      } catch (Starved.NoMemory _) {
        assertThat(moment.hasCome()).isTrue();
      }
      assertThat(node.outcome(job)).isEqualTo("cancelled");
    }
    assertThat(node.outcome(other.jobs.enqueue(JobsTest.job("{}")))).isEqualTo("done");
  }

  @Test
  void whatAHandlerDecidedStandsThoughItCannotBeMeasured() throws Exception {
    node.working(1, this::count);
    meters.left.set(1);
    long job = node.jobs.enqueue(JobsTest.job("{}"));
    assertThat(node.outcome(job)).isEqualTo("done");
    assertThat(meters.left).hasValue(0);
    assertThat(runs).hasValue(1);
  }

  @Test
  void anEndThatIsCarriedIsCarriedOn() throws Exception {
    wire.lose(2, "SELECT 'the end'");
    node.working(
        1,
        new Handler() {
          @Override
          public Outcome run(Run run) {
            runs.incrementAndGet();
            return new Outcome.Failed("for good", false);
          }

          @Override
          public void ended(Run run, Ended end, String reason) {
            node.database.list("SELECT 'the end'", row -> true);
          }
        });
    Starved.Moment moment = world.at("carry-", 1);
    long job = node.jobs.enqueue(JobsTest.job("{}"));
    assertThat(node.outcome(job)).isEqualTo("failed");
    assertThat(moment.hasCome()).isTrue();
    assertThat(runs).hasValue(1);

    wire.lose(2, "SELECT 'the end'");
    meters.left.set(1);
    long next = node.jobs.enqueue(JobsTest.job("{}"));
    assertThat(node.outcome(next)).isEqualTo("failed");
    assertThat(meters.left).hasValue(0);
    assertThat(runs).hasValue(2);
    node.awaitIdle();
  }

  private Outcome count(Run run) {
    runs.incrementAndGet();
    return new Outcome.Done();
  }
}
