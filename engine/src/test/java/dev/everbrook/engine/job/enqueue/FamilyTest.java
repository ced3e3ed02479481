package dev.everbrook.engine.job.enqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.everbrook.engine.Await;
import dev.everbrook.engine.job.Child;
import dev.everbrook.engine.job.Child.OnFailure;
import dev.everbrook.engine.job.ChildEnd;
import dev.everbrook.engine.job.Dedupe;
import dev.everbrook.engine.job.Ended;
import dev.everbrook.engine.job.JobsNode;
import dev.everbrook.engine.job.JobsTest;
import dev.everbrook.engine.job.NewJob;
import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.Run;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Jobs that wait for others. */
class FamilyTest {

  private final Queue<String> ran = new ConcurrentLinkedQueue<>();
  private final Queue<ChildEnd> seen = new ConcurrentLinkedQueue<>();
  private final CountDownLatch never = new CountDownLatch(1);
  private final AtomicBoolean mended = new AtomicBoolean();

  @AutoClose private final JobsNode node = new JobsNode();

  @BeforeEach
  void start() {
    node.working(8, this::run);
  }

  /** A payload says what its job does. */
  private Outcome run(Run run) throws InterruptedException {
    String what = run.payload();
    ran.add(what);
    seen.addAll(run.children());
    return switch (what) {
      case "\"fail\"" -> new Outcome.Failed("as told", false);
      case "\"buggy\"" -> mended.get() ? new Outcome.Done() : new Outcome.Failed("a bug", false);
      case "\"hang\"" -> {
        never.await();
        yield new Outcome.Done();
      }
      case "\"split\"" ->
          run.children().isEmpty()
              ? new Outcome.AfterChildren(List.of(Child.of(job("a")), Child.of(job("b"))))
              : new Outcome.Done("\"whole\"");
      default -> new Outcome.Done(what);
    };
  }

  @Test
  void aParentRunsWhenItsChildrenHaveEndedAndReadsTheirResults() throws Exception {
    long parent = enqueue(job("parent"), Child.of(job("a")), Child.of(job("b")));

    assertThat(node.outcome(parent)).isEqualTo("done");
    assertThat(ran).hasSize(3).last().isEqualTo("\"parent\"");
    assertThat(seen).extracting(ChildEnd::result).containsExactly("\"a\"", "\"b\"");
    assertThat(seen).extracting(ChildEnd::how).containsOnly(Ended.DONE);
    assertThat(count("job_child")).isZero();
  }

  @Test
  void aTreeIsWorkedFromItsLeavesUp() throws Exception {
    Child branch = Child.of(job("branch"), Child.of(job("leaf")), Child.of(job("leaf")));
    long root = enqueue(job("root"), branch);

    assertThat(node.outcome(root)).isEqualTo("done");
    assertThat(ran).containsExactly("\"leaf\"", "\"leaf\"", "\"branch\"", "\"root\"");
  }

  @Test
  void aParentFailsWithAChildItCannotDoWithout() throws Exception {
    long parent = enqueue(job("parent"), Child.of(job("fail")), Child.of(job("hang")));

    assertThat(node.outcome(parent)).isEqualTo("failed");
    assertThat(ran).doesNotContain("\"parent\"");
    assertThat(error(parent)).contains("its child").contains("failed: as told");
  }

  @Test
  void aParentGoesOnAtOnceWhereItIsToldSo() throws Exception {
    long parent =
        enqueue(
            job("parent"),
            Child.of(job("fail")).onFailure(OnFailure.CONTINUE),
            Child.of(job("hang")));

    assertThat(node.outcome(parent)).isEqualTo("done");
    assertThat(seen).extracting(ChildEnd::how).containsExactly(Ended.FAILED);
    assertThat(seen).extracting(ChildEnd::error).containsExactly("as told");
  }

  @Test
  void aParentWaitsForTheOthersWhereAChildMayFail() throws Exception {
    long parent =
        enqueue(
            job("parent"), Child.of(job("fail")).onFailure(OnFailure.IGNORE), Child.of(job("a")));

    assertThat(node.outcome(parent)).isEqualTo("done");
    assertThat(seen).extracting(ChildEnd::how).containsExactlyInAnyOrder(Ended.FAILED, Ended.DONE);
  }

  @Test
  void aRunningJobCanSplitIntoChildrenAndComesBackAfterThem() throws Exception {
    long job = node.database.tx(tx -> node.jobs.enqueue(tx, job("split")));

    assertThat(node.outcome(job)).isEqualTo("done");
    assertThat(ran).containsExactlyInAnyOrder("\"split\"", "\"a\"", "\"b\"", "\"split\"");
    assertThat(
            node.database.list(
                "SELECT attempt || ' ' || result FROM everbrook.job_done WHERE id = ?",
                row -> row.getString(1),
                job))
        .containsExactly("1 \"whole\"");
  }

  @Test
  void aJobThatIsPutBackIsToldNothingByTheChildrenOfItsFormerLife() throws Exception {
    long parent =
        enqueue(
            job("fail"),
            Child.of(job("fail")).onFailure(OnFailure.CONTINUE),
            Child.of(job("hang")));
    assertThat(node.outcome(parent)).isEqualTo("failed");
    node.jobs.queues().pause("q");
    node.jobs.control().retry(parent);
    node.jobs.cancel(parent + 2);

    assertThat(node.outcome(parent + 2)).isEqualTo("cancelled");
    assertThat(
            node.database.list(
                "SELECT fail_reason IS NULL FROM everbrook.job WHERE id = ?",
                row -> row.getBoolean(1),
                parent))
        .containsExactly(true);
  }

  @Test
  void aParentThatIsRetriedStillReadsItsChildrenUntilItIsDone() throws Exception {
    long parent = enqueue(job("buggy"), Child.of(job("a")), Child.of(job("b")));
    for (int i = 0; i < 2; i++) {
      assertThat(node.outcome(parent)).isEqualTo("failed");
      assertThat(node.jobs.list().find(parent).orElseThrow().job().family().children())
          .isEqualTo(2);
      seen.clear();
      mended.set(i == 1);
      node.jobs.control().retry(parent);
    }

    assertThat(node.outcome(parent)).isEqualTo("done");
    assertThat(seen).extracting(ChildEnd::result).containsExactly("\"a\"", "\"b\"");
    assertThat(count("job_child")).isZero();
  }

  @Test
  void cancellingAParentCancelsThoseItWaitsFor() throws Exception {
    long parent = enqueue(job("parent"), Child.of(job("hang")), Child.of(job("hang")));
    while (ran.size() < 2) {
      Await.rest();
    }
    assertThat(node.jobs.cancel(parent)).isTrue();

    assertThat(node.outcome(parent)).isEqualTo("cancelled");
    for (long child = parent + 1; child <= parent + 2; child++) {
      assertThat(node.outcome(child)).isEqualTo("cancelled");
    }
  }

  @Test
  void aWideFamilyIsGatheredWhole() throws Exception {
    int many = 500;
    Child[] children =
        IntStream.range(0, many).mapToObj(i -> Child.of(job("c" + i))).toArray(Child[]::new);
    long parent = enqueue(job("parent"), children);

    assertThat(node.outcome(parent)).isEqualTo("done");
    assertThat(seen).hasSize(many);
  }

  @Test
  void aParentWhoseTimeIsOverEndsThoughItsChildrenRun() throws Exception {
    long parent = enqueue(job("parent").within(Duration.ofMillis(300)), Child.of(job("hang")));

    assertThat(node.outcome(parent)).isEqualTo("failed");
    assertThat(error(parent)).contains("deadline");
  }

  @Test
  void aFamilyThatIsTooLargeOrKeyedIsRefusedWithAdvice() {
    Child[] children =
        IntStream.range(0, Family.MEMBERS_MAX)
            .mapToObj(_ -> Child.of(job("c")))
            .toArray(Child[]::new);
    assertThatThrownBy(() -> enqueue(job("parent"), children))
        .hasMessageContaining("at most 1000 jobs");
    assertThatThrownBy(() -> enqueue(job("parent"), Child.of(job("c").dedupe(Dedupe.reject("k")))))
        .hasMessageContaining("a child cannot have a dedupe key");
  }

  private long enqueue(NewJob parent, Child... children) {
    return node.database.tx(tx -> node.jobs.enqueue(tx, parent, List.of(children)));
  }

  private static NewJob job(String what) {
    return NewJob.of("q", JobsTest.KIND, "\"" + what + "\"");
  }

  private String error(long job) {
    return node.database
        .list("SELECT error FROM everbrook.job_done WHERE id = ?", row -> row.getString(1), job)
        .getFirst();
  }

  private long count(String table) {
    return node.database
        .list("SELECT count(*) FROM everbrook." + table, row -> row.getLong(1))
        .getFirst();
  }
}
