package dev.everbrook.engine.job.lane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.job.Assignment;
import dev.everbrook.engine.job.Hands;
import dev.everbrook.engine.job.JobsNode;
import dev.everbrook.engine.job.LaneLimits;
import dev.everbrook.engine.job.Lanes;
import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.RunReport;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which lanes are forgotten. */
class IdleLanesTest {

  private final Hands hands = new Hands();
  private final JobsNode node = hands.node;
  private final Lanes lanes = node.jobs.lanes();
  private IdleLanes idle;

  @BeforeEach
  void begin() {
    idle = new IdleLanes(node.database);
  }

  @AfterEach
  void stop() {
    hands.close();
  }

  @Test
  void lanesThatNobodyUsedForADayAreForgottenAndThoseWithLimitsAreNot() {
    lanes.limit("q", "limited", LaneLimits.NONE.atOnce(2));
    lanes.close("q", "mistyped", Duration.ofMillis(1), "429");
    lanes.close("q", "closed", Duration.ofDays(7), "429");
    node.database.update(
        """
        INSERT INTO everbrook.lane (queue, name, tokens, touched_at)
        VALUES ('q', 'owes', -5, now() - interval '2 days'),
               ('q', 'idle', 5, now() - interval '2 days'),
               ('q', 'busy', 5, now() - interval '2 h')
        """);
    assertThat(idle.forget()).as("a lane that was closed a moment ago is not idle").isOne();
    node.database.update(
        """
        UPDATE everbrook.lane SET closed_until = closed_until - interval '2 days'
         WHERE name = 'mistyped'
        """);

    assertThat(idle.forget()).isOne();
    assertThat(names()).containsExactly("busy", "closed", "limited", "owes");
  }

  @Test
  void aLaneWhoseBucketsStillFillIsKept() {
    double aWeek = 1.0 / Duration.ofDays(7).toSeconds();
    lanes.limit("q", Lanes.ALL, LaneLimits.NONE.perSecond(aWeek, 1));
    node.jobs.queues().resume("r"); // without limits
    lanes.limit("p", Lanes.ALL, LaneLimits.NONE.tokensPerMinute(60 * aWeek));
    node.database.update(
        """
        INSERT INTO everbrook.lane (queue, name, allowance, tokens, touched_at)
        VALUES ('q', 'jobs', 0, 0, now() - interval '2 days'),
               ('p', 'tokens', 0, 0, now() - interval '2 days'),
               ('q', 'both full', 0, 0, now() - interval '8 days'),
               ('p', 'full', 0, 0, now() - interval '8 days'),
               ('q', '', 0, 0, now() - interval '2 days'),
               ('r', 'x', 0, 0, now() - interval '2 days'),
               ('q', 'never begun', 0, 0, '-infinity')
        """);
    int forgotten = idle.forget();
    assertThat(names()).containsExactly("*", "*", "jobs", "tokens");
    assertThat(forgotten).isEqualTo(5);
  }

  @Test
  void aLaneWithARunThatWillSettleUpIsKept() throws Exception {
    hands.enqueue(Hands.job().lane("slow"));
    UUID worker = hands.worker(Hands.LEASE);
    Assignment given = hands.claim(worker, Duration.ZERO).getFirst();
    node.database.update("UPDATE everbrook.lane SET touched_at = now() - interval '2 days'");
    assertThat(idle.forget()).isZero();
    hands.settle(worker, given, RunReport.of(new Outcome.Done()));
    assertThat(idle.forget()).isOne();
  }

  private List<String> names() {
    return node.database.list(
        "SELECT name FROM everbrook.lane ORDER BY name", row -> row.getString(1));
  }
}
