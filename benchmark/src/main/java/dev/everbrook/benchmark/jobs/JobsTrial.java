package dev.everbrook.benchmark.jobs;

import dev.everbrook.benchmark.peer.Dialog;
import dev.everbrook.benchmark.report.Await;
import dev.everbrook.benchmark.report.BenchFailure;
import dev.everbrook.benchmark.report.CpuTimes;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import tools.jackson.databind.JsonNode;

/** One system asked everything once. Used by one thread. */
public final class JobsTrial {

  /** Which part of the jobs a pass has that warms up, and that another process warms up with. */
  private static final int WARM_UP_PART = 4;

  private static final int WARM_UP_PART_FAR = 10;

  private static final String ENQUEUE = "enqueue";
  private static final String COALESCE = "coalesce";
  private static final String BULK = "bulk";
  private static final List<String> WAYS = List.of(ENQUEUE, COALESCE, BULK);

  private static final int WARM_UP_PICKUPS = 30;
  private static final int PICKUPS_MIN = 4;
  private static final double NANOS_PER_SECOND = 1e9;
  private static final double NANOS_PER_MICRO = 1e3;

  private final JobPeer peer;
  private final Dialog child;
  private final int jobs;
  private final JobsFound found;

  /** The number of the next job: no two have the same in a trial. */
  private int next;

  /** The moments at which jobs come to be picked up, the same in every run. */
  private final Random moments = new Random(4);

  public JobsTrial(Dialog child, int jobs, JobsFound found) {
    this.peer = found.peer();
    this.child = child;
    this.jobs = peer.share(jobs);
    this.found = found;
  }

  /** Runs everything until the time has gone by, at least once; nothing of it counts. */
  void warmUp(Duration most) throws InterruptedException {
    int some = Math.ceilDiv(jobs, WARM_UP_PART);
    long start = System.nanoTime();
    do {
      for (String way : WAYS) {
        if (enqueue(way, some).isPresent()) {
          process(child, some);
        }
      }
    } while (System.nanoTime() - start < most.toNanos());
  }

  /**
   * Measures how many jobs are enqueued and worked off a second.
   *
   * @param processes those that work for the system, its database included
   */
  public void throughput(List<Long> processes) throws InterruptedException {
    for (String way : WAYS) {
      OptionalDouble rate = enqueue(way, jobs);
      if (rate.isPresent()) {
        rates(way).add(rate.getAsDouble());
        CpuTimes before = CpuTimes.now(processes);
        found.process().add(process(child, jobs));
        CpuTimes.Spent spent = before.until(CpuTimes.now(processes));
        found.cpuMicros().add(spent.sum().toNanos() / NANOS_PER_MICRO / jobs);
      }
    }
  }

  private List<Double> rates(String way) {
    return switch (way) {
      case ENQUEUE -> found.enqueue();
      case COALESCE -> found.coalesced();
      case BULK -> found.bulk();
      default -> throw new IllegalArgumentException("there is no way '" + way + "'");
    };
  }

  /**
   * Enqueues all these jobs, those that the time did not suffice for in bulk if that is possible.
   *
   * @return jobs a second, while they were enqueued in this way; nothing if it is not possible
   */
  private OptionalDouble enqueue(String way, int count) throws InterruptedException {
    Enqueued first = enqueueSome(way, count);
    int left = count - first.jobs();
    boolean possible = first.jobs() > 0;
    while (possible && left > 0) {
      int more = enqueueSome(BULK, left).jobs();
      left -= more > 0 ? more : enqueueSome(way, left).jobs();
    }
    return possible
        ? OptionalDouble.of(first.jobs() * NANOS_PER_SECOND / first.nanos())
        : OptionalDouble.empty();
  }

  /** No jobs if it is not possible in this way. */
  private record Enqueued(int jobs, long nanos) {}

  private Enqueued enqueueSome(String way, int count) throws InterruptedException {
    JsonNode answer = child.ask(way + " " + next + " " + count);
    if (!answer.has("enqueued")) {
      return new Enqueued(0, 0);
    }
    int jobs = answer.get("enqueued").intValue();
    next += jobs;
    return new Enqueued(jobs, answer.get("nanos").longValue());
  }

  private double process(Dialog worker, int count) throws InterruptedException {
    JsonNode answer = worker.ask("process " + count);
    ranOnce(answer, count);
    return count * NANOS_PER_SECOND / answer.get("nanos").longValue();
  }

  private void ranOnce(JsonNode answer, int count) {
    long runs = answer.get("runs").longValue();
    long ran = answer.get("jobs").longValue();
    if (runs != count || ran != count) {
      throw new BenchFailure(
          peer.label() + " ran " + ran + " of " + count + " jobs, in " + runs + " runs");
    }
  }

  /** Jobs that come to an idle worker one at a time, enqueued in the same process. */
  void near(Duration most) throws InterruptedException {
    child.ask("work");
    int before = next;
    for (int i = 0; i < WARM_UP_PICKUPS && peer.hasFar(); i++) {
      child.ask("pickup " + next++);
    }
    repeat(
        most,
        () -> {
          JsonNode answer = child.ask("pickup " + next++);
          found.near().record(answer.get("began").longValue() - answer.get("called").longValue());
        });
    ranOnce(child.ask("rest"), next - before);
  }

  /**
   * The same, run by another process. Its clock is ours: both count from the start of the machine.
   */
  void far(Dialog worker, Duration most) throws InterruptedException {
    int some = Math.ceilDiv(jobs, WARM_UP_PART_FAR);
    enqueue(ENQUEUE, some);
    process(worker, some);
    worker.ask("work");
    int before = next;
    for (int i = 0; i < WARM_UP_PICKUPS; i++) {
      passOn(worker);
    }
    repeat(most, () -> found.far().record(passOn(worker)));
    ranOnce(worker.ask("rest"), next - before);
  }

  private long passOn(Dialog worker) throws InterruptedException {
    int k = next++;
    long called = child.ask("send " + k).get("called").longValue();
    return worker.ask("await " + k).get("began").longValue() - called;
  }

  private interface Pickup {
    void once() throws InterruptedException;
  }

  /** With rests between that are as long as it pleases chance, lest they keep step with a poll. */
  private void repeat(Duration most, Pickup pickup) throws InterruptedException {
    long start = System.nanoTime();
    for (int i = 0; i < PICKUPS_MIN || System.nanoTime() - start < most.toNanos(); i++) {
      Await.moment(System.nanoTime() + moments.nextLong(peer.look().toNanos()));
      pickup.once();
    }
  }
}
