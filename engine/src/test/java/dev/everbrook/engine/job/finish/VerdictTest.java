package dev.everbrook.engine.job.finish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.everbrook.engine.job.Ended;
import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.RetryPolicy;
import dev.everbrook.engine.text.Excerpt;
import dev.everbrook.engine.world.World;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class VerdictTest {

  private static final RetryPolicy THREE =
      new RetryPolicy(3, Duration.ofMillis(100), Duration.ofMillis(250));

  @Test
  void whatIsDoneLeaves() {
    assertThat(Verdict.of(new Outcome.Done(), 1, THREE, chance(0)))
        .isEqualTo(new Verdict.Finish(Ended.DONE, "", ""));
  }

  @Test
  void aFailureIsTriedAgainUntilTheAttemptsAreUsedUp() {
    Outcome failed = new Outcome.Failed("no luck", true);

    assertThat(Verdict.of(failed, 1, THREE, chance(0)))
        .isEqualTo(new Verdict.RunAgain(Duration.ofMillis(100), true, "no luck"));
    assertThat(Verdict.of(failed, 2, THREE, chance(0)))
        .isEqualTo(new Verdict.RunAgain(Duration.ofMillis(200), true, "no luck"));
    assertThat(Verdict.of(failed, 3, THREE, chance(0)))
        .isEqualTo(new Verdict.Finish(Ended.FAILED, "no luck", ""));
  }

  @Test
  void whatIsNotWorthRetryingEndsAtOnce() {
    assertThat(Verdict.of(new Outcome.Failed("never", false), 1, THREE, chance(0)))
        .isEqualTo(new Verdict.Finish(Ended.FAILED, "never", ""));
  }

  @Test
  void aReasonIsKeptUpToItsBoundAndNotCutWithinACharacter() {
    String reason = "x".repeat(Excerpt.REASON_MAX - 1) + "\uD83C\uDF0A and so on";
    String kept = "x".repeat(Excerpt.REASON_MAX - 1) + "…";

    assertThat(Verdict.of(new Outcome.Failed(reason, false), 1, THREE, chance(0)))
        .isEqualTo(new Verdict.Finish(Ended.FAILED, kept, ""));
    assertThat(Verdict.of(new Outcome.Limited(Duration.ZERO, reason), 1, THREE, chance(0)))
        .isEqualTo(new Verdict.RunAgain(Duration.ZERO, false, kept));
  }

  @Test
  void aSnoozeDoesNotUseUpAnAttemptAndOneThatIsTooLongIsRefused() {
    assertThat(Verdict.of(new Outcome.Snooze(Duration.ofSeconds(3), "busy"), 3, THREE, chance(0)))
        .isEqualTo(new Verdict.RunAgain(Duration.ofSeconds(3), false, "busy"));
    assertThatThrownBy(() -> new Outcome.Snooze(Duration.ofDays(3), "busy"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at most PT24H, was PT72H");
    assertThat(Verdict.of(new Outcome.Snooze(Duration.ofSeconds(-1), ""), 3, THREE, chance(0)))
        .isEqualTo(new Verdict.RunAgain(Duration.ZERO, false, ""));
  }

  @Test
  void waitsDoubleUpToTheMostAndJitterTakesAtMostAHalfOff() {
    assertThat(THREE.waitAfter(1, 0)).isEqualTo(Duration.ofMillis(100));
    assertThat(THREE.waitAfter(2, 0)).isEqualTo(Duration.ofMillis(200));
    assertThat(THREE.waitAfter(3, 0)).isEqualTo(Duration.ofMillis(250));
    assertThat(THREE.waitAfter(500, 0)).isEqualTo(Duration.ofMillis(250));
    assertThat(THREE.waitAfter(3, 0.999)).isBetween(Duration.ofMillis(125), Duration.ofMillis(126));
  }

  @Test
  void aPolicyThatMakesNoSenseIsRefused() {
    assertThatThrownBy(() -> new RetryPolicy(0, Duration.ZERO, Duration.ZERO))
        .hasMessageContaining("attemptsMax must be at least 1");
    assertThatThrownBy(() -> new RetryPolicy(1, Duration.ofSeconds(2), Duration.ofSeconds(1)))
        .hasMessageContaining("first <= most");
  }

  private static World chance(double chance) {
    return new World() {
      @Override
      public Instant now() {
        throw new AssertionError("a verdict does not look at the clock");
      }

      @Override
      public long nanos() {
        throw new AssertionError("a verdict does not look at the clock");
      }

      @Override
      public double chance() {
        return chance;
      }

      @Override
      public UUID id() {
        throw new AssertionError("a verdict makes no ids");
      }

      @Override
      public void rest(Duration time) {
        throw new AssertionError("a verdict does not rest");
      }
    };
  }
}
