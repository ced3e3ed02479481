package dev.everbrook.engine.job.enqueue;

import static dev.everbrook.engine.job.enqueue.KeyedJobs.job;
import static dev.everbrook.engine.job.enqueue.KeyedJobs.payload;
import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.job.Child;
import dev.everbrook.engine.job.Dedupe;
import dev.everbrook.engine.job.Ends;
import dev.everbrook.engine.job.Enqueued;
import dev.everbrook.engine.job.Enqueued.Fate;
import dev.everbrook.engine.job.Handler;
import dev.everbrook.engine.job.JobState;
import dev.everbrook.engine.job.JobsNode;
import dev.everbrook.engine.job.JobsTest;
import dev.everbrook.engine.job.NewJob;
import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.RetryPolicy;
import dev.everbrook.engine.store.Principal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Jobs with dedupe keys: while they wait, while they run, and when they come at the same time. */
class DedupeTest {

  @AutoClose private final JobsNode node = new JobsNode();
  private final KeyedJobs jobs = new KeyedJobs(node);

  @AfterEach
  void letGo() {
    jobs.letGo();
  }

  @Test
  void aSecondJobWithTheKeyIsRejectedUntilTheFirstHasEnded() throws Exception {
    Ends ends = new Ends(2);
    Enqueued first = jobs.offer(1, Dedupe.reject("k"));
    Enqueued second = jobs.offer(2, Dedupe.reject("k"));
    node.working(2, ends.handler(_ -> new Outcome.Done()));

    assertThat(second).isEqualTo(new Enqueued(first.job(), Fate.REJECTED));
    assertThat(node.outcome(first.job())).isEqualTo("done");
    assertThat(jobs.offer(3, Dedupe.reject("k")).fate()).isEqualTo(Fate.NEW);
    ends.await();
    assertThat(ends.payloads).containsExactly(payload(1), payload(3));
  }

  @Test
  void keysOfOtherQueuesAreOtherKeys() {
    jobs.offer(1, Dedupe.reject("k"));
    NewJob other = NewJob.of("another", JobsTest.KIND, "{}").dedupe(Dedupe.reject("k"));

    assertThat(node.database.tx(tx -> node.jobs.offer(tx, other)).fate()).isEqualTo(Fate.NEW);
  }

  @Test
  void theLastPayloadReplacesThatOfTheJobThatWaits() throws Exception {
    Ends ends = new Ends(1);
    long first = jobs.offer(1, Dedupe.replace("k")).job();
    assertThat(jobs.offer(2, Dedupe.replace("k"))).isEqualTo(new Enqueued(first, Fate.REPLACED));
    assertThat(jobs.offer(3, Dedupe.replace("k"))).isEqualTo(new Enqueued(first, Fate.REPLACED));
    node.working(2, ends.handler(_ -> new Outcome.Done()));

    ends.await();
    assertThat(ends.payloads).containsExactly(payload(3));
  }

  @Test
  void aDebouncedJobIsPutOffByEachThatFollowsButNotForEver() {
    Duration wait = Duration.ofMinutes(1);
    Dedupe key = Dedupe.debounce("k", Duration.ofSeconds(90));
    long job = jobs.offer(job(1).after(wait).dedupe(key)).job();
    node.database.update("UPDATE everbrook.job SET created_at = created_at - interval '1 min'");
    jobs.offer(job(2).after(wait).dedupe(key));

    assertThat(
            node.database.list(
                "SELECT extract(epoch FROM run_at - created_at)::int, payload->>'n'"
                    + " FROM everbrook.job WHERE id = ?",
                row -> row.getInt(1) + " " + row.getString(2),
                job))
        .containsExactly("90 2");
  }

  @Test
  void aDebouncedJobHasItsTimeBeforeItHoweverLongItWasPutOff() throws Exception {
    Dedupe key = Dedupe.debounce("k", Duration.ofSeconds(90));
    NewJob first = job(1).after(Duration.ofMinutes(1)).within(Duration.ofMinutes(1));
    long job = jobs.offer(first.dedupe(key)).job();
    node.database.update("UPDATE everbrook.job SET created_at = created_at - interval '1 hour'");
    NewJob second = job(2).after(Duration.ofMinutes(1)).within(Duration.ofMinutes(1));
    assertThat(jobs.offer(second.dedupe(key))).isEqualTo(new Enqueued(job, Fate.REPLACED));
    node.working(1, _ -> new Outcome.Done());

    assertThat(node.outcome(job)).isEqualTo("done");
  }

  @Test
  void whatWouldReplaceAJobThatIsToFailWithItsChildFollowsIt() throws Exception {
    Ends ends = new Ends(1);
    NewJob child = NewJob.of("children", JobsTest.KIND, "\"fail\"");
    node.working(
        1,
        ends.handler(run ->
            switch (run.payload()) {
              case "\"fail\"" -> new Outcome.Failed("as told", false);
              case "{\"n\": 1}" -> new Outcome.AfterChildren(List.of(Child.of(child)));
              default -> run.children().isEmpty() ? new Outcome.Done() : new Outcome.HandOver();
            }));
    long first = jobs.offer(1, Dedupe.replace("k")).job();
    node.awaitState(first, JobState.BLOCKED);
    node.jobs.queues().pause("q");
    node.jobs.work(Map.of("children", 1));
    node.awaitState(first, JobState.READY);

    Enqueued second = jobs.offer(2, Dedupe.replace("k"));
    assertThat(second.fate()).isEqualTo(Fate.FOLLOWS);
    assertThat(jobs.offer(3, Dedupe.replace("k"))).isEqualTo(second);
    node.jobs.queues().resume("q");
    assertThat(node.outcome(first)).isEqualTo("failed");
    assertThat(node.outcome(second.job())).isEqualTo("done");
    assertThat(ends.payloads).containsExactly(payload(3));
  }

  @Test
  void theLastThatCameWhileOneRunsFollowsIt() throws Exception {
    Ends ends = new Ends(2);
    node.working(2, ends.handler(jobs::held));
    long first = jobs.offer(1, Dedupe.keepLast("k")).job();
    jobs.awaitBegun();
    Enqueued second = jobs.offer(2, Dedupe.keepLast("k"));
    Enqueued third = jobs.offer(3, Dedupe.keepLast("k"));
    jobs.letGo();

    assertThat(second.fate()).isEqualTo(Fate.FOLLOWS);
    assertThat(third).isEqualTo(second);
    ends.await();
    assertThat(ends.payloads).containsExactly(payload(1), payload(3));
    assertThat(node.outcome(first)).isEqualTo("done");
    assertThat(node.outcome(third.job())).isEqualTo("done");
  }

  @Test
  void whatCameLastRunsLastThoughTheFirstIsToBeTriedAgain() throws Exception {
    Ends ends = new Ends(2);
    AtomicLong first = new AtomicLong();
    Duration longTime = Duration.ofMinutes(5);
    node.jobs.handle(
        JobsTest.KIND,
        new RetryPolicy(2, longTime, longTime, longTime),
        ends.handler(run -> {
          jobs.held(run);
          return run.attempt() == 1 && run.job() == first.get()
              ? new Outcome.Failed("to be tried again", true)
              : new Outcome.Done();
        }));
    node.jobs.work(Map.of("q", 2));
    first.set(jobs.offer(1, Dedupe.keepLast("k")).job());
    jobs.awaitBegun();
    Enqueued second = jobs.offer(2, Dedupe.keepLast("k"));
    jobs.letGo();
    node.awaitState(first.get(), JobState.DELAYED);

    assertThat(jobs.offer(3, Dedupe.keepLast("k"))).isEqualTo(second);
    assertThat(node.jobs.control().runNow(first.get())).isPresent();
    ends.await();
    assertThat(ends.payloads).containsExactly(payload(1), payload(3));
  }

  @Test
  void aFollowerThatWasCancelledAndPutBackFollowsNoMore() throws Exception {
    Ends ends = new Ends(3);
    node.working(1, ends.handler(jobs::held));
    long first = jobs.offer(1, Dedupe.keepLast("k")).job();
    jobs.awaitBegun();
    long second = jobs.offer(2, Dedupe.keepLast("k")).job();
    assertThat(node.jobs.cancel(second)).isTrue();
    assertThat(node.outcome(second)).isEqualTo("cancelled");
    assertThat(node.jobs.control().retry(second)).isPresent();
    Enqueued third = jobs.offer(3, Dedupe.keepLast("k"));
    jobs.letGo();

    assertThat(third.fate()).isEqualTo(Fate.FOLLOWS);
    assertThat(third.job()).isNotEqualTo(second);
    ends.await();
    assertThat(ends.payloads).containsExactlyInAnyOrder(payload(1), payload(2), payload(3));
    assertThat(node.outcome(first)).isEqualTo("done");
  }

  @Test
  void whatFollowsRunsThoughTheFirstIsCancelledAndAThirdHasTheKey() throws Exception {
    Ends ends = new Ends(2);
    node.working(3, ends.handler(jobs::held));
    long first = jobs.offer(1, Dedupe.keepLast("k")).job();
    jobs.awaitBegun();
    long second = jobs.offer(2, Dedupe.keepLast("k")).job();
    node.database.update("UPDATE everbrook.job SET dedupe = NULL WHERE id = ?", first); // as cancel
    Enqueued third = jobs.offer(3, Dedupe.keepLast("k"));
    jobs.letGo();

    assertThat(third.fate()).isEqualTo(Fate.NEW);
    assertThat(node.outcome(second)).isEqualTo("done");
    assertThat(node.outcome(third.job())).isEqualTo("done");
  }

  @Test
  void whatFollowsIsFoundAndCancelledByItself() throws Exception {
    Ends ends = new Ends(2);
    node.working(3, ends.handler(jobs::held));
    jobs.offer(1, Dedupe.keepLast("k"));
    jobs.awaitBegun();
    long second = jobs.offer(2, Dedupe.keepLast("k")).job();
    assertThat(node.jobs.list().find(second).orElseThrow().job().state())
        .isEqualTo(JobState.BLOCKED);
    assertThat(node.jobs.cancel(second)).isTrue();
    assertThat(node.outcome(second)).isEqualTo("cancelled");
    long third = jobs.offer(3, Dedupe.keepLast("k")).job();
    jobs.letGo();

    assertThat(third).isNotEqualTo(second);
    assertThat(node.outcome(third)).isEqualTo("done");
    assertThat(ends.payloads).containsExactly(payload(1), payload(3));
  }

  @Test
  void whatFollowsMayHaveAnyPayloadThatIsJson() throws Exception {
    String zero = "{\"n\": \"\\u0000 \\ud800\"}";
    Ends ends = new Ends(2);
    node.working(2, ends.handler(jobs::held));
    jobs.offer(1, Dedupe.keepLast("k"));
    jobs.awaitBegun();
    jobs.offer(NewJob.of("q", JobsTest.KIND, zero).dedupe(Dedupe.keepLast("k")));
    jobs.letGo();

    ends.await();
    assertThat(ends.payloads).containsExactly(payload(1), zero);
  }

  @Test
  void aJobIsDoneForWhomeverItsPayloadIsOf() throws Exception {
    Map<Long, String> whose = new ConcurrentHashMap<>();
    long replaced =
        jobs.offer(job(1).owner(new Principal("a")).dedupe(Dedupe.replace("waits"))).job();
    jobs.offer(job(2).owner(new Principal("b")).dedupe(Dedupe.replace("waits")));
    node.working(
        2,
        run -> {
          whose.put(run.job(), run.principal().orElseThrow().id());
          return run.job() == replaced ? new Outcome.Done() : jobs.held(run);
        });
    jobs.offer(job(3).owner(new Principal("c")).dedupe(Dedupe.keepLast("runs")));
    jobs.awaitBegun();
    jobs.offer(job(4).owner(new Principal("d")).dedupe(Dedupe.keepLast("runs")));
    long last = jobs.offer(job(5).owner(new Principal("e")).dedupe(Dedupe.keepLast("runs"))).job();
    jobs.letGo();

    assertThat(node.outcome(replaced)).isEqualTo("done");
    assertThat(node.outcome(last)).isEqualTo("done");
    assertThat(whose).containsEntry(replaced, "b").containsEntry(last, "e");
  }

  @Test
  void aCancelledJobLeavesItsKeyAtOnce() throws Exception {
    node.working(1, jobs::held);
    long first = jobs.offer(1, Dedupe.reject("k")).job();
    jobs.awaitBegun();
    node.jobs.cancel(first);

    assertThat(jobs.offer(2, Dedupe.reject("k")).fate()).isEqualTo(Fate.NEW);
    assertThat(node.outcome(first)).isEqualTo("cancelled");
  }

  /** What was offered, in the order in which the row of the key was held. */
  private record Offered(int nth, String payload, Enqueued told) {}

  @Test
  void ofManyThatComeAtTheSameTimeOnTwoNodesEachJobRunsOnceWithTheLastPayloadItWasGiven()
      throws Exception {
    long seed = System.nanoTime();
    Map<Long, Queue<String>> ran = new ConcurrentHashMap<>();
    Handler handler =
        run -> {
          ran.computeIfAbsent(run.job(), _ -> new ConcurrentLinkedQueue<>()).add(run.payload());
          node.database.list("SELECT 1", row -> true);
          return new Outcome.Done();
        };
    node.working(2, handler);
    JobsNode other = node.another().working(2, handler);
    for (int round = 0; round < 15; round++) {
      List<Offered> offered = offerAtOnce(new Random(seed + round), other);
      Map<Long, Offered> last = new HashMap<>();
      for (Offered each : offered) {
        last.merge(each.told().job(), each, (a, b) -> a.nth() > b.nth() ? a : b);
      }
      for (Map.Entry<Long, Offered> each : last.entrySet()) {
        assertThat(node.outcome(each.getKey())).isEqualTo("done");
        assertThat(ran.get(each.getKey()))
            .as("seed %s round %s job %s of %s", seed, round, each.getKey(), offered)
            .containsExactly(each.getValue().payload());
      }
      assertThat(last.values())
          .as("seed %s round %s", seed, round)
          .anyMatch(it -> it.nth() == offered.size());
    }
  }

  private List<Offered> offerAtOnce(Random chance, JobsNode other) {
    AtomicInteger order = new AtomicInteger();
    int many = 10 + chance.nextInt(30);
    Dedupe dedupe = Dedupe.keepLast("k" + chance.nextInt(3));
    List<Future<Offered>> futures = new ArrayList<>();
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < many; i++) {
        JobsNode where = chance.nextBoolean() ? node : other;
        NewJob job = job(chance.nextInt()).dedupe(dedupe);
        futures.add(
            callers.submit(() ->
                where.database.tx(tx -> {
                  Enqueued told = where.jobs.offer(tx, job);
                  return new Offered(order.incrementAndGet(), job.payload(), told);
                })));
      }
    }
    return futures.stream().map(Future::resultNow).toList();
  }
}
