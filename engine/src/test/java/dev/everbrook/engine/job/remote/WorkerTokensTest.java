package dev.everbrook.engine.job.remote;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.job.Assignment;
import dev.everbrook.engine.job.Hands;
import dev.everbrook.engine.job.LaneLimits;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a lane gets back of the tokens that it was charged for workers in other processes. */
class WorkerTokensTest {

  private Hands hands;

  @BeforeEach
  void start() {
    hands = new Hands();
    hands.node.jobs.lanes().limit("q", "a", LaneLimits.NONE.tokensPerMinute(1_000));
  }

  @AfterEach
  void stop() {
    hands.close();
  }

  @Test
  void whatAHungWorkerMayHaveUsedIsNotGivenBackToTheLane() throws Exception {
    long id = hands.enqueue(Hands.job().lane("a").tokens(900));
    UUID worker = hands.worker(Hands.LEASE);
    hands.claim(worker, Duration.ZERO);
    hands.passDeadline(id, 61);
    hands.workers.beat(Hands.WHO, worker, Set.of(), Duration.ZERO, () -> false);

    assertThat(hands.node.outcome(id)).isEqualTo("failed");
    assertThat(tokensLeft()).isLessThan(600);
  }

  @Test
  void whatALaneWasNotChargedForItIsNotGivenBack() throws Exception {
    UUID worker = hands.worker(Hands.LEASE);
    hands.enqueue(Hands.job().lane("a").tokens(900));
    Assignment charged = hands.claim(worker, Duration.ZERO).getFirst();
    long id = hands.enqueue(Hands.job().lane("a").tokens(900));
    hands.node.database.update( // as a claim leaves it that could not end it then
        """
        UPDATE everbrook.job SET cancelled = true, state = 'running', run = 1, attempt = 1,
               owner = (SELECT owner FROM everbrook.job WHERE id = ?)
         WHERE id = ?
        """,
        charged.job(),
        id);
    hands.workers.claim(
        Hands.WHO, worker, Hands.wish(Duration.ZERO, Set.of(charged.job())), () -> false);

    assertThat(hands.node.outcome(id)).isEqualTo("cancelled");
    assertThat(tokensLeft()).isLessThan(600);
  }

  @Test
  void whatIsEndedStraightFromItsClaimUsedNoTokens() throws Exception {
    long id = hands.enqueue(Hands.job().lane("a").tokens(900));
    hands.node.database.update("UPDATE everbrook.job SET run = 2, attempt = 2 WHERE id = ?", id);
    UUID worker = hands.worker(Hands.LEASE);

    assertThat(hands.claim(worker, Duration.ZERO)).as("it has used up its attempts").isEmpty();
    assertThat(hands.node.outcome(id)).isEqualTo("failed");
    assertThat(tokensLeft()).isGreaterThan(600);
  }

  private double tokensLeft() {
    return hands.node.jobs.lanes().list("q", "a", 1).lanes().getFirst().tokens().orElseThrow();
  }
}
