package dev.everbrook.engine.job.enqueue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.job.Dedupe;
import dev.everbrook.engine.job.Enqueued;
import dev.everbrook.engine.job.Enqueued.Fate;
import dev.everbrook.engine.job.JobsNode;
import dev.everbrook.engine.job.JobsTest;
import dev.everbrook.engine.job.NewJob;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** Many jobs with dedupe keys in one call. */
@Tag("alone")
@Isolated("it compares times")
class OfferedTogetherTest {

  private static final int MANY = 1_000;
  private static final int ROUNDS = 7;
  private static final double DEARER_MAX = 3;

  @AutoClose private final JobsNode node = new JobsNode();

  /** Each round against one without keys, so that a busy machine slows down both. */
  @Test
  void aThousandJobsWithKeysCostAtMostThreeTimesAsMuchAsWithout() {
    IntFunction<NewJob> fresh = n -> job(n).dedupe(Dedupe.reject("k" + n));
    IntFunction<NewJob> replacing = n -> job(n).dedupe(Dedupe.replace("k" + n % MANY));
    IntFunction<NewJob> same = n -> job(n).dedupe(Dedupe.keepLast("one"));
    offered(0, fresh);

    assertThat(ratio(fresh)).as("new keys").isLessThan(DEARER_MAX);
    assertThat(ratio(n -> fresh.apply(n % MANY))).as("keys that are taken").isLessThan(DEARER_MAX);
    assertThat(ratio(replacing)).as("payloads that are replaced").isLessThan(DEARER_MAX);
    assertThat(ratio(same)).as("one key for all").isLessThan(DEARER_MAX);
  }

  private double ratio(IntFunction<NewJob> keyed) {
    double[] ratios = new double[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
      int begin = (i + 1) * MANY;
      ratios[i] = (double) offered(begin, keyed) / offered(begin, OfferedTogetherTest::job);
    }
    Arrays.sort(ratios);
    return ratios[ROUNDS / 2];
  }

  private long offered(int begin, IntFunction<NewJob> job) {
    List<NewJob> jobs = new ArrayList<>();
    for (int n = begin; n < begin + MANY; n++) {
      jobs.add(job.apply(n));
    }
    long start = System.nanoTime();
    node.database.tx(tx -> node.jobs.offerAll(tx, jobs));
    return System.nanoTime() - start;
  }

  @Test
  void manyTogetherBecomeWhatTheyBecomeOneByOne() {
    long seed = System.nanoTime();
    Random chance = new Random(seed);
    for (int round = 0; round < 40; round++) {
      List<NewJob> jobs = new ArrayList<>();
      for (int n = 0; n < 1 + chance.nextInt(12); n++) {
        jobs.add(any(n, chance));
      }
      int there = chance.nextInt(4);
      List<String> together = state(there, jobs, true);

      assertThat(together)
          .as("seed %s round %s: %s", seed, round, jobs)
          .isEqualTo(state(there, jobs, false));
    }
  }

  /** What is told and what stands then, with ids counted from the first. */
  private List<String> state(int there, List<NewJob> jobs, boolean together) {
    node.database.update("DELETE FROM everbrook.job");
    List<String> all = new ArrayList<>();
    node.database.tx(tx -> {
      for (int n = 0; n < there; n++) {
        long id = node.jobs.enqueue(tx, job(100 + n).dedupe(Dedupe.reject("k" + n)));
        tx.update("UPDATE everbrook.job SET created_at = now() - interval '1 h' WHERE id = ?", id);
        if (n == 1) { // as one that runs
          tx.update(
              "UPDATE everbrook.job SET state = 'running', run = 1, owner = 0 WHERE id = ?", id);
        }
      }
      List<Enqueued> told =
          together
              ? node.jobs.offerAll(tx, jobs)
              : jobs.stream().map(it -> node.jobs.offer(tx, it)).toList();
      List<Long> ids = tx.list("SELECT id FROM everbrook.job ORDER BY id", row -> row.getLong(1));
      told.forEach(it -> all.add(it.fate() + " " + payload(tx, it.job())));
      for (long id : ids) {
        all.addAll(
            tx.list(
                """
                SELECT concat_ws(' ', j.payload::text, j.state, j.dedupe, f.payload::text,
                                 round(extract(epoch FROM j.run_at - now())))
                  FROM everbrook.job j LEFT JOIN everbrook.job f ON f.id = j.follower
                 WHERE j.id = ?
                """,
                row -> row.getString(1),
                id));
      }
      return true;
    });
    all.sort(null);
    return all;
  }

  private static String payload(dev.everbrook.engine.store.Tx tx, long job) {
    return tx.only(
        "SELECT payload::text FROM everbrook.job WHERE id = ?", row -> row.getString(1), job);
  }

  private static NewJob any(int n, Random chance) {
    String key = "k" + chance.nextInt(4);
    NewJob job =
        chance.nextBoolean() ? job(n) : job(n).after(Duration.ofMinutes(chance.nextInt(5)));
    return switch (chance.nextInt(5)) {
      case 0 -> job;
      case 1 -> job.dedupe(Dedupe.reject(key));
      case 2 -> job.dedupe(Dedupe.replace(key));
      case 3 -> job.dedupe(Dedupe.keepLast(key));
      default -> job.dedupe(Dedupe.debounce(key, Duration.ofMinutes(62)));
    };
  }

  @Test
  void thoseThatAreNewAreClaimedInTheOrderInWhichTheyWereOffered() {
    List<NewJob> jobs = List.of(keyed("c"), job(1), keyed("a"), keyed("b"));
    List<Enqueued> told = node.database.tx(tx -> node.jobs.offerAll(tx, jobs));

    assertThat(told).extracting(Enqueued::fate).containsOnly(Fate.NEW);
    assertThat(told).extracting(Enqueued::job).isSorted();
  }

  /** Long payloads, so that a call has several portions; the keys come in opposite orders. */
  @Test
  void callersOfManyPortionsWithTheSameKeysDoNotWaitForEachOtherInARing() throws Exception {
    String padding = "x".repeat(400_000);
    List<NewJob> forward = new ArrayList<>();
    for (int n = 100; n < 160; n++) {
      forward.add(
          NewJob.of("q" + n % 3, JobsTest.KIND, "{\"n\": \"" + padding + "\"}")
              .lane(n % 2 == 0 ? "a" : "")
              .dedupe(Dedupe.replace("k" + n)));
    }
    assertThat(JobInserter.portion(forward)).hasSizeLessThan(forward.size() / 2);
    for (int round = 0; round < 3; round++) {
      node.database.update("DELETE FROM everbrook.job");
      CyclicBarrier begin = new CyclicBarrier(2);
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        Future<List<Enqueued>> one = threads.submit(() -> offered(begin, forward));
        Future<List<Enqueued>> two = threads.submit(() -> offered(begin, forward.reversed()));
        assertThat(one.get(JobsTest.WAIT_S, TimeUnit.SECONDS))
            .extracting(Enqueued::job)
            .containsExactlyElementsOf(
                two.get(JobsTest.WAIT_S, TimeUnit.SECONDS).reversed().stream()
                    .map(Enqueued::job)
                    .toList());
      }
    }
  }

  private List<Enqueued> offered(CyclicBarrier begin, List<NewJob> jobs) throws Exception {
    begin.await(JobsTest.WAIT_S, TimeUnit.SECONDS);
    return node.database.tx(tx -> node.jobs.offerAll(tx, jobs));
  }

  @Test
  void idsFollowTheOrderOfTheJobsThroughAllPortions() {
    List<NewJob> jobs = new ArrayList<>();
    for (int n = 0; n < 2_500; n++) {
      jobs.add(job(n).dedupe(Dedupe.reject("k" + (7 * n) % 2_500)));
    }
    List<Enqueued> told = node.database.tx(tx -> node.jobs.offerAll(tx, jobs));

    assertThat(told).extracting(Enqueued::fate).containsOnly(Fate.NEW);
    assertThat(told).extracting(Enqueued::job).isSorted();
  }

  private static NewJob keyed(String key) {
    return job(0).dedupe(Dedupe.reject(key));
  }

  private static NewJob job(int n) {
    return NewJob.of("q", JobsTest.KIND, "{\"n\": " + n + "}");
  }
}
