package dev.everbrook.engine.job.claim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.Await;
import dev.everbrook.engine.TestNode;
import dev.everbrook.engine.job.Ended;
import dev.everbrook.engine.job.Handler;
import dev.everbrook.engine.job.JobState;
import dev.everbrook.engine.job.JobsNode;
import dev.everbrook.engine.job.JobsTest;
import dev.everbrook.engine.job.NewJob;
import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.Run;
import dev.everbrook.engine.job.Wire;
import dev.everbrook.postgres.Access;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The reply to a claim comes late: the database says that the node holds what it does not know. */
@Order(1)
class LateClaimsTest {

  private static final String LOOK = "SELECT id, run FROM everbrook.job WHERE owner = ?";

  private static final String IN_ORDER = "AND (priority, id) > (?, ?)";
  private static final String OF_Q = " :q";

  /** A node looks at the incarnations of all once a second, as it looks for strays. */
  private static final String LIVES = "SELECT id, name, xmin::text::bigint AS version, by_lease";

  private static final int SECONDS = 3;
  private static final int SECONDS_WITHOUT_A_LOOK = 10;

  private final Wire wire = new Wire();
  private final AtomicInteger runs = new AtomicInteger();
  private final AtomicInteger ends = new AtomicInteger();
  private final Access access = TestNode.newDatabase();
  @AutoClose private final JobsNode other = new JobsNode(access);
  @AutoClose private final JobsNode node = new JobsNode(access, wire);

  private final Handler handler =
      new Handler() {
        @Override
        public Outcome run(Run run) {
          runs.incrementAndGet();
          return new Outcome.Done();
        }

        @Override
        public void ended(Run run, Ended end, String reason) {
          ends.incrementAndGet();
        }
      };

  @ParameterizedTest
  @ValueSource(strings = {IN_ORDER, "everbrook.claim_in_turn"})
  void aClaimWhoseReplyIsLateIsNotGivenBackAndItsJobRunsOnce(String claim) throws Exception {
    Wire.Held late = wire.holdReply(claim, OF_Q);
    long job = other.jobs.enqueue(JobsTest.job("{}").lane(claim.contains("turn") ? "a" : ""));
    node.working(4, handler);
    late.await();
    awaitLooks();
    late.release();

    assertThat(node.outcome(job)).isEqualTo("done");
    assertThat(runs).hasValue(1);
    assertThat(claimsOf(job)).isOne();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aJobThatIsClaimedByItsOwnEnqueueIsNotGivenBackWhileTheReplyToThatIsLate(boolean commit)
      throws Exception {
    String claim = "'running', alive.id, 1, 1";
    Wire.Held late = commit ? wire.holdReply(Wire.COMMIT, claim) : wire.holdReply(claim);
    node.working(4, handler);
    Queue<Long> enqueued = new ConcurrentLinkedQueue<>();
    CompletableFuture<Void> enqueuing =
        CompletableFuture.runAsync(
            () -> {
              while (!late.isReached()) { // until one finds the claimer caught up
                NewJob job = JobsTest.job("{}");
                long id =
                    commit
                        ? node.database.tx(tx -> node.jobs.enqueue(tx, job))
                        : node.jobs.enqueue(job);
                enqueued.add(id);
                node.awaitState(id, JobState.DONE);
              }
            },
            Thread.ofVirtual()::start);
    late.await();
    awaitLooks();
    late.release();
    enqueuing.get(JobsTest.WAIT_S, TimeUnit.SECONDS);

    for (long job : enqueued) {
      assertThat(node.outcome(job)).isEqualTo("done");
      assertThat(claimsOf(job)).isOne();
    }
    assertThat(runs).hasValue(enqueued.size());
  }

  @Test
  void aJobThatIsTakenToBeCancelledIsNotGivenBack() throws Exception {
    Wire.Held late = wire.holdReply("WHERE id = ? AND state IN ('ready', 'delayed')");
    node.working(4, handler);
    long job = other.jobs.enqueue(JobsTest.job("{}").after(Duration.ofHours(1)));
    CompletableFuture<Boolean> cancelling =
        CompletableFuture.supplyAsync(() -> node.jobs.cancel(job), Thread.ofVirtual()::start);
    late.await();
    awaitLooks();
    late.release();

    assertThat(cancelling.get(JobsTest.WAIT_S, TimeUnit.SECONDS)).isTrue();
    assertEndedOnce(job, "cancelled");
  }

  @Test
  void aCancelledJobThatIsTakenToBeEndedIsNotGivenBack() throws Exception {
    Wire.Held late = wire.holdReply("WHERE cancelled AND state = 'ready' AND kind = ANY (?)");
    long job = other.jobs.enqueue(JobsTest.job("{}"));
    other.jobs.queues().pause("q");
    other.jobs.cancel(job);
    node.working(4, handler);
    late.await();
    awaitLooks();
    late.release();

    assertEndedOnce(job, "cancelled");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anOverdueJobThatIsTakenToBeEndedIsNotGivenBack(boolean known) throws Exception {
    Wire.Held late = wire.holdReply("(cancelled OR deadline_at <= now())");
    String kind = known ? JobsTest.KIND : "strange";
    long job = other.jobs.enqueue(NewJob.of("q", kind, "{}"));
    other.jobs.queues().pause("q");
    other.database.update(
        "UPDATE everbrook.job SET deadline_at = now() - interval '1 hour' WHERE id = ?", job);
    node.working(4, handler);
    late.await();
    awaitLooks();
    late.release();

    assertThat(node.outcome(job)).isEqualTo("failed");
    assertThat(claimsOf(job)).isOne();
    assertThat(ends).hasValue(known ? 1 : 0);
  }

  @Test
  void aClaimThatIsLostIsGivenBack() throws Exception {
    AtomicInteger first = wire.loseReply(1, IN_ORDER, OF_Q);
    long job = other.jobs.enqueue(JobsTest.job("{}"));
    node.working(4, handler);

    assertThat(node.outcome(job)).isEqualTo("done");
    assertThat(first).hasValue(0);
    assertThat(claimsOf(job)).isEqualTo(2);
    assertThat(runs).hasValue(1);
  }

  @Test
  void aClaimWhoseReplyComesAfterItsLifeIsNotRunUnderTheVoidFence() throws Exception {
    CompletableFuture<Long> lost = new CompletableFuture<>();
    node.membership.onLost(lost::complete);
    Wire.Held late = wire.holdReply(IN_ORDER, OF_Q);
    long job = other.jobs.enqueue(JobsTest.job("{}"));
    node.working(4, handler);
    late.await();
    other.database.update("DELETE FROM everbrook.node WHERE id = ?", node.membership.node());
    lost.get(JobsTest.WAIT_S, TimeUnit.SECONDS);
    late.release();

    assertThat(node.outcome(job)).isEqualTo("done");
    assertThat(runs).hasValue(1);
  }

  private void assertEndedOnce(long job, String how) throws Exception {
    assertThat(node.outcome(job)).isEqualTo(how);
    assertThat(claimsOf(job)).isOne();
    assertThat(ends).hasValue(1);
  }

  private int claimsOf(long job) {
    return other.jobs.list().find(job).orElseThrow().job().run();
  }

  /**
   * Until the node has looked for what it holds, and would have given back what is lost. It looks
   * no more while a look has found a job whose claim is open. So if no look comes for long, the one
   * that found the job came before this.
   */
  private void awaitLooks() {
    AtomicInteger looks = wire.count(LOOK);
    AtomicInteger lives = wire.count(LIVES);
    Await.until("looks", () -> lives.get() >= (looks.get() > 0 ? SECONDS : SECONDS_WITHOUT_A_LOOK));
  }
}
