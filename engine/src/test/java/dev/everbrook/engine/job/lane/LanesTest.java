package dev.everbrook.engine.job.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.everbrook.engine.job.Ends;
import dev.everbrook.engine.job.Handler;
import dev.everbrook.engine.job.JobsNode;
import dev.everbrook.engine.job.JobsTest;
import dev.everbrook.engine.job.LaneLimits;
import dev.everbrook.engine.job.Lanes;
import dev.everbrook.engine.job.NewJob;
import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.QueueLimits;
import dev.everbrook.engine.job.claim.Claimed;
import dev.everbrook.engine.job.claim.Claims;
import dev.everbrook.engine.world.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** What lanes may do, on several nodes at once. */
@Order(1)
class LanesTest {

  @AutoClose private final JobsNode node = new JobsNode();

  @Test
  void noMoreJobsOfALaneOrOfTheQueueRunAtOnceThanTheyMayOnFourNodes() throws Exception {
    int jobs = 200;
    node.jobs.lanes().limit("q", Lanes.ALL, LaneLimits.NONE.atOnce(2));
    node.jobs.queues().limit("q", QueueLimits.NONE.atOnce(5));
    AtomicInteger all = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    Map<String, AtomicInteger> inLane = new ConcurrentHashMap<>();
    AtomicInteger mostInLane = new AtomicInteger();
    Ends ends = new Ends(jobs);
    Handler handler =
        ends.handler(run -> {
          AtomicInteger lane = inLane.computeIfAbsent(run.lane(), _ -> new AtomicInteger());
          most.accumulateAndGet(all.incrementAndGet(), Math::max);
          mostInLane.accumulateAndGet(lane.incrementAndGet(), Math::max);
          node.database.list("SELECT 1", row -> true);
          lane.decrementAndGet();
          all.decrementAndGet();
          return new Outcome.Done();
        });
    node.database.tx(tx -> {
      for (int i = 0; i < jobs; i++) {
        node.jobs.enqueue(tx, job(i).lane("tenant-" + i % 4));
      }
      return true;
    });
    node.working(50, handler);
    for (int i = 0; i < 3; i++) {
      node.another().working(50, handler);
    }

    ends.await();
    assertThat(most.get()).isBetween(2, 5);
    assertThat(mostInLane.get()).isBetween(1, 2);
    assertThat(ends.payloads).doesNotHaveDuplicates();
  }

  @Test
  void whatALimitKeptWaitingBeginsWhenAnotherEnds() throws Exception {
    int jobs = 12;
    node.jobs.queues().limit("q", QueueLimits.NONE.atOnce(1));
    BlockingQueue<Long> begun = new LinkedBlockingQueue<>();
    BlockingQueue<Long> ended = new LinkedBlockingQueue<>();
    node.working(
        10,
        _ -> {
          begun.add(System.nanoTime());
          node.database.list("SELECT pg_sleep(0.12)", row -> true); // longer than short looks
          ended.add(System.nanoTime());
          return new Outcome.Done();
        });
    for (int i = 0; i < jobs; i++) {
      enqueue(job(i));
    }
    List<Long> afterAnother = new ArrayList<>();
    begun.take();
    for (int i = 1; i < jobs; i++) {
      afterAnother.add(begun.take() - ended.take());
    }
    ended.take();
    List<Long> whenEnqueued = new ArrayList<>(); // as quick as this machine is now
    for (int i = 1; i < jobs; i++) {
      long enqueued = System.nanoTime();
      enqueue(job(i));
      whenEnqueued.add(begun.take() - enqueued);
      ended.take();
    }

    assertThat(median(afterAnother))
        .isLessThan(median(whenEnqueued) + TimeUnit.MILLISECONDS.toNanos(60));
  }

  private static long median(List<Long> of) {
    return of.stream().sorted().toList().get(of.size() / 2);
  }

  @Test
  void aLaneBeginsNoMoreJobsThanItsBurstAndItsRateAllowOnFourNodes() throws Exception {
    int burst = 10;
    double rate = 20;
    node.jobs.lanes().limit("q", "a", LaneLimits.NONE.perSecond(rate, burst));
    List<Long> begun = new ArrayList<>();
    Ends ends = new Ends(30);
    Handler handler =
        ends.handler(_ -> {
          synchronized (begun) {
            begun.add(System.nanoTime());
          }
          return new Outcome.Done();
        });
    node.working(50, handler);
    for (int i = 0; i < 3; i++) {
      node.another().working(50, handler);
    }
    long start = System.nanoTime();
    for (int i = 0; i < 30; i++) {
      enqueue(job(i).lane("a"));
    }

    ends.await();
    begun.sort(null);
    for (int i = 0; i < begun.size(); i++) {
      double seconds = (begun.get(i) - start) / 1e9;
      assertThat(i + 1)
          .as("begun after %s s", seconds)
          .isLessThanOrEqualTo((int) Math.ceil(burst + rate * seconds));
    }
    assertThat((begun.getLast() - start) / 1e9).isBetween(0.95, 5.0);
  }

  @Test
  void aLaneUsesNoMoreTokensThanItMayAndGetsBackWhatWasNotUsed() throws Exception {
    node.jobs.lanes().limit("q", "a", LaneLimits.NONE.tokensPerMinute(6_000)); // 100 a second
    Ends ends = new Ends(3);
    node.working(
        10,
        ends.handler(run -> {
          run.usedTokens(run.payload().contains("0") ? 1_000 : 5_000);
          return new Outcome.Done();
        }));
    long start = System.nanoTime();
    enqueue(job(0).lane("a").tokens(5_000));
    enqueue(job(1).lane("a").tokens(5_000)); // 1,000 left, 4,000 given back: at once
    enqueue(job(2).lane("a").tokens(100)); // about 0 left: after a second

    ends.await();
    assertThat((System.nanoTime() - start) / 1e9).isBetween(0.9, 6.0);
    assertThat(ends.payloads.stream().toList().getLast()).isEqualTo(payload(2));
  }

  @Test
  void aLaneThatIsClosedByOneNodeIsClosedForAllAndBurnsNoAttempt() throws Exception {
    CountDownLatch told = new CountDownLatch(2);
    Ends ends = new Ends(3);
    AtomicInteger refused = new AtomicInteger();
    Handler handler =
        ends.handler(run ->
            run.lane().equals("a") && refused.compareAndSet(0, 1)
                ? new Outcome.Limited(Duration.ofSeconds(3), "429: too many requests")
                : new Outcome.Done());
    JobsNode other = node.another();
    node.jobs.lanes().onClosed(_ -> told.countDown());
    other.jobs.lanes().onClosed(_ -> told.countDown());
    node.working(4, handler);
    other.working(4, handler);
    node.awaitHearing(other);
    other.awaitHearing(node);
    long start = System.nanoTime();
    enqueue(job(1).lane("a"));
    assertThat(told.await(JobsTest.WAIT_S, TimeUnit.SECONDS)).isTrue();
    enqueue(job(2).lane("a"));
    enqueue(job(3).lane("b"));

    ends.await();
    assertThat((System.nanoTime() - start) / 1e9).isGreaterThan(3);
    assertThat(ends.payloads.peek()).isEqualTo(payload(3));
    assertThat(ends.attempts).containsOnly(1);
  }

  @Test
  void whatIsValidForAllLanesIsNotOneThatCouldBeClosed() {
    assertThatThrownBy(
            () -> node.jobs.lanes().close("q", Lanes.ALL, Duration.ofMinutes(1), "no more"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("pause the queue");
    assertThat(node.jobs.lanes().list("q", "", 10).lanes()).isEmpty();
  }

  @Test
  void whatIsValidForAllLanesIsNotForJobsWithoutOne() {
    node.jobs.lanes().limit("q", Lanes.ALL, LaneLimits.NONE.atOnce(1));
    for (int i = 0; i < 2; i++) {
      enqueue(job(i));
      enqueue(job(i).lane("a"));
    }
    Claims claims = new Claims(node.database, World.real());

    assertThat(claim(claims).jobs())
        .extracting(it -> it.links().lane())
        .containsExactlyInAnyOrder("", "", "a");
  }

  @Test
  void whoTakesLongToHearThatALaneIsClosedHoldsUpNobodyAndHearsTheLastThatCameMeanwhile()
      throws Exception {
    CountDownLatch others = new CountDownLatch(1);
    CountDownLatch hold = new CountDownLatch(1);
    BlockingQueue<String> told = new LinkedBlockingQueue<>();
    JobsNode slow = node.another();
    slow.awaitHearing(node);
    slow.jobs
        .lanes()
        .onClosed(closed -> {
          told.add(closed.lane() + " " + closed.reason());
          if (closed.lane().equals("a")) {
            awaitOpened(hold);
          }
        });
    slow.jobs.lanes().onClosed(_ -> others.countDown());
    slow.jobs.lanes().close("q", "a", Duration.ofMinutes(1), "first");
    for (int i = 0; i < 10; i++) {
      node.jobs.lanes().close("q", "a", Duration.ofMinutes(2), "again " + i);
    }
    node.jobs.lanes().close("q", "b", Duration.ofMinutes(1), "too");

    assertThat(others.await(JobsTest.WAIT_S, TimeUnit.SECONDS)).isTrue();
    assertThat(List.of(next(told), next(told))).containsExactly("a first", "b too");
    hold.countDown();
    assertThat(next(told)).as("of those that came meanwhile").isEqualTo("a again 9");
  }

  private static String next(BlockingQueue<String> told) throws InterruptedException {
    String next = told.poll(JobsTest.WAIT_S, TimeUnit.SECONDS);
    assertThat(next).as("a closing is told").isNotNull();
    return next;
  }

  private static void awaitOpened(CountDownLatch hold) {
    try {
      assertThat(hold.await(JobsTest.WAIT_S, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void whatIsDeniedChangesNothingInTheBucket() {
    node.jobs.lanes().limit("q", "a", LaneLimits.NONE.perSecond(0.001, 1));
    enqueue(job(1).lane("a"));
    enqueue(job(2).lane("a"));
    Claims claims = new Claims(node.database, World.real());
    node.jobs.handle(JobsTest.KIND, JobsTest.QUICK, _ -> new Outcome.Done());
    List<Claimed> first = claim(claims).jobs();
    String bucket = bucket();
    for (int i = 0; i < 5; i++) {
      assertThat(claim(claims).jobs()).isEmpty();
    }

    assertThat(first).hasSize(1);
    assertThat(bucket()).isEqualTo(bucket);
    assertThat(claim(claims).rest()).hasValueSatisfying(it -> assertThat(it).isPositive());
  }

  @Test
  void lanesAreServedByTheirWeights() {
    node.jobs.lanes().limit("q", "heavy", LaneLimits.NONE.weight(3));
    for (int i = 0; i < 100; i++) {
      enqueue(job(i).lane("heavy"));
      enqueue(job(i).lane("light"));
    }
    Claims claims = new Claims(node.database, World.real());
    List<Claimed> claimed = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      claimed.addAll(claim(claims, 4).jobs());
    }

    assertThat(claimed).hasSize(40);
    assertThat(claimed.stream().filter(it -> it.links().lane().equals("heavy")).count())
        .isBetween(29L, 31L);
  }

  @Test
  void aQuietLaneIsServedWithTheNextClaimHoweverManyWaitInANoisyOne() {
    node.database.tx(tx -> {
      List<NewJob> noise = new ArrayList<>();
      for (int i = 0; i < 100_000; i++) {
        noise.add(job(i).lane("noisy"));
      }
      return node.jobs.enqueueAll(tx, noise);
    });
    Claims claims = new Claims(node.database, World.real());
    claim(claims, 50);
    for (int i = 0; i < 100; i++) {
      enqueue(job(i).lane("quiet-" + i));
    }
    List<Claimed> claimed = new ArrayList<>(claim(claims, 50).jobs());
    claimed.addAll(claim(claims, 60).jobs());

    assertThat(claimed.stream().filter(it -> it.links().lane().startsWith("quiet")).count())
        .isEqualTo(100);
  }

  @Test
  void priorityCountsWithinALane() {
    enqueue(job(1).lane("a").priority(5));
    enqueue(job(2).lane("a").priority(-1));
    enqueue(job(3).lane("a"));
    Claims claims = new Claims(node.database, World.real());
    List<String> order = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      order.add(claim(claims, 1).jobs().getFirst().payload());
    }

    assertThat(order).containsExactly(payload(2), payload(3), payload(1));
  }

  private Claims.Turn claim(Claims claims) {
    return claim(claims, 10);
  }

  private Claims.Turn claim(Claims claims, int most) {
    return claims.claimInTurn(
        node.membership.node(),
        "q",
        Set.of(JobsTest.KIND),
        new Claims.Want(most, Claims.BYTES_MAX));
  }

  private String bucket() {
    return node.database
        .list("SELECT l::text FROM everbrook.lane l WHERE name = 'a'", row -> row.getString(1))
        .getFirst();
  }

  private void enqueue(NewJob job) {
    node.database.tx(tx -> node.jobs.enqueue(tx, job));
  }

  private static NewJob job(int n) {
    return NewJob.of("q", JobsTest.KIND, payload(n));
  }

  private static String payload(int n) {
    return "{\"n\": " + n + "}";
  }
}
