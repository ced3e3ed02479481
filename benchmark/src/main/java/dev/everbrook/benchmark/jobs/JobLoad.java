package dev.everbrook.benchmark.jobs;

import dev.everbrook.benchmark.report.Await;
import dev.everbrook.benchmark.report.BenchFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * What is done to a queue, line by line as {@link JobChild} is told; {@code driver.mjs} does the
 * same for the queues of Node. Used by one thread.
 */
final class JobLoad {

  private static final int IN_FLIGHT = 50;
  private static final int BULK = 1_000;
  private static final Duration SINGLY_MAX = Duration.ofSeconds(3);
  private static final Duration WAIT_MAX = Duration.ofMinutes(4);

  private final JobQueue queue;
  private JobStarts starts = new JobStarts();

  JobLoad(JobQueue queue) {
    this.queue = queue;
  }

  /** Does what the line says; the answer's fields, none where the queue cannot do it. */
  Map<String, Long> answer(String line) throws InterruptedException {
    String[] words = line.split(" ", -1);
    return switch (words[0]) {
      case "enqueue" -> singly(number(words, 1), number(words, 2), queue::enqueue);
      case "coalesce" -> coalesced(number(words, 1), number(words, 2));
      case "bulk" -> inBulk(number(words, 1), number(words, 2));
      case "process" -> process(number(words, 1));
      case "work" -> work();
      case "send" -> Map.of("called", send(number(words, 1)));
      case "await" -> Map.of("began", began(number(words, 1)));
      case "pickup" -> pickup(number(words, 1));
      case "rest" -> rest();
      default -> throw new BenchFailure("there is no such line as '" + line + "'");
    };
  }

  private static int number(String[] words, int at) {
    return Integer.parseInt(words[at]);
  }

  /**
   * One by one, so many of them on their way at any moment; for a while at most, since some are
   * slow at it.
   */
  private static Map<String, Long> singly(int first, int count, IntConsumer enqueue)
      throws InterruptedException {
    AtomicInteger next = new AtomicInteger(first);
    int end = first + count;
    long start = System.nanoTime();
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < IN_FLIGHT; i++) {
        all.add(
            callers.submit(() -> {
              while (System.nanoTime() - start < SINGLY_MAX.toNanos()) {
                int k = next.getAndIncrement();
                if (k >= end) {
                  return;
                }
                enqueue.accept(k);
              }
            }));
      }
      for (Future<?> caller : all) {
        caller.get();
      }
    } catch (ExecutionException e) {
      throw new BenchFailure("a job could not be enqueued: " + e.getCause(), e);
    }
    int enqueued = Math.min(next.get(), end) - first;
    return Map.of("nanos", System.nanoTime() - start, "enqueued", (long) enqueued);
  }

  private Map<String, Long> coalesced(int first, int count) throws InterruptedException {
    Optional<IntConsumer> able = queue.coalesced();
    return able.isPresent() ? singly(first, count, able.get()) : Map.of();
  }

  private Map<String, Long> inBulk(int first, int count) {
    Optional<JobQueue.Bulk> able = queue.bulk();
    if (able.isEmpty()) {
      return Map.of();
    }
    long start = System.nanoTime();
    for (int done = 0; done < count; done += BULK) {
      able.get().enqueue(first + done, Math.min(BULK, count - done));
    }
    return Map.of("nanos", System.nanoTime() - start, "enqueued", (long) count);
  }

  /** Runs what waits; from the first handler's start until the store says that all is done. */
  private Map<String, Long> process(int count) throws InterruptedException {
    JobStarts passed = begin();
    Await.that("all jobs begin", WAIT_MAX, () -> passed.runs() >= count);
    Await.that("all jobs done", WAIT_MAX, () -> queue.left() == 0);
    long nanos = System.nanoTime() - passed.first();
    queue.rest();
    return Map.of("nanos", nanos, "runs", (long) passed.runs(), "jobs", (long) passed.jobs());
  }

  private JobStarts begin() {
    JobStarts fresh = new JobStarts();
    starts = fresh;
    queue.work(fresh::record);
    return fresh;
  }

  private Map<String, Long> work() {
    begin();
    return Map.of();
  }

  private long send(int k) {
    long called = System.nanoTime();
    queue.enqueue(k);
    return called;
  }

  private long began(int k) throws InterruptedException {
    Await.that("job " + k + " begins", WAIT_MAX, () -> starts.has(k));
    return starts.at(k);
  }

  private Map<String, Long> pickup(int k) throws InterruptedException {
    long called = send(k);
    return Map.of("called", called, "began", began(k));
  }

  private Map<String, Long> rest() throws InterruptedException {
    Await.that("all jobs done", WAIT_MAX, () -> queue.left() == 0);
    queue.rest();
    return Map.of("runs", (long) starts.runs(), "jobs", (long) starts.jobs());
  }
}
