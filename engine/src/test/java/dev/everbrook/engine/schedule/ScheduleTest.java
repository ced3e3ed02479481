package dev.everbrook.engine.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.everbrook.engine.job.NewJob;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ScheduleTest {

  private static final Rule RULE = new Rule.Every(Duration.ofMinutes(1));
  private static final Instant AT = Instant.parse("2026-03-29T01:00:00Z");

  @Test
  void theHandlerFindsTheTickInThePayloadAndAllElseAsItWasWritten() {
    Tick tick = new Tick("the \"nightly\" one", AT, Tick.Cause.BACKFILL);
    NewJob job = named("the \"nightly\" one", " { \"z\": 1.50, \"a\":[2] } ").toJob(tick);
    assertThat(job.payload())
        .isEqualTo(
            "{\"_schedule\":{\"name\":\"the \\\"nightly\\\" one\","
                + "\"scheduledAt\":\"2026-03-29T01:00:00Z\",\"cause\":\"backfill\"},"
                + "\"z\": 1.50, \"a\":[2] }");
    assertThat(Tick.of(job.payload())).contains(tick);
    assertThat(Tick.of(named("n", "{ }").toJob(tick).payload())).contains(tick);
  }

  @Test
  void aJobThatNoScheduleEnqueuedHasNoTick() {
    assertThat(Tick.of("{\"a\": 1}")).isEmpty();
    assertThat(Tick.of("[1, 2]")).isEmpty();
  }

  @Test
  void whatCouldNotBeEnqueuedIsRefusedWhenTheScheduleIsMade() {
    assertThatThrownBy(() -> named("", "{}"))
        .hasMessage(
            "a schedule's name must have 1 to 100 characters and no control characters, was ''");
    assertThatThrownBy(() -> named("a\nb", "{}")).hasMessageContaining("no control characters");
    assertThatThrownBy(() -> named("x".repeat(101), "{}")).hasMessageContaining("1 to 100");
    assertThatThrownBy(() -> named("n", "[]")).hasMessageContaining("must be a JSON object");
    assertThatThrownBy(() -> named("n", "{\"_schedule\":1}")).hasMessageContaining("_schedule");
    assertThatThrownBy(() -> named("n", "{\"a\":}"))
        .hasMessageStartingWith("a schedule's payload must be JSON: ");
    assertThatThrownBy(() -> named("n", "{} {}")).hasMessageContaining("must be JSON");
    String large = "{\"a\":\"" + "x".repeat(Schedule.PAYLOAD_BYTES_MAX) + "\"}";
    assertThatThrownBy(() -> named("n", large))
        .hasMessageContaining("payload may have at most 61440 bytes");
    assertThat(named("n".repeat(100), large.substring(0, 6) + large.substring(14))).isNotNull();
    assertThatThrownBy(() -> Schedule.of("n", RULE, "", "k", "{}"))
        .hasMessageContaining("queue must have 1 to 100");
    assertThatThrownBy(() -> named("n", "{}").within(Duration.ofNanos(1)))
        .hasMessageContaining("deadline must be positive");
    assertThatThrownBy(() -> named("n", "{}").within(Duration.ofDays(367)))
        .hasMessageContaining("at most PT8784H");
    assertThatThrownBy(() -> named("n", "{}").backfilling(1_001))
        .hasMessage("a schedule makes up for 0 to 1000 ticks, not 1001");
  }

  private static Schedule named(String name, String payload) {
    return Schedule.of(name, RULE, "q", "k", payload);
  }
}
