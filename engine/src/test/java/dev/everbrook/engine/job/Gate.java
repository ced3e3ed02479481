package dev.everbrook.engine.job;

import dev.everbrook.engine.Await;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** A handler whose runs end one by one, as the test lets them. */
final class Gate implements Handler {

  private static final int ALL = 1_000_000;

  private final Semaphore passes = new Semaphore(0);
  private final AtomicInteger begun = new AtomicInteger();
  private final AtomicInteger running = new AtomicInteger();
  private final AtomicInteger peak = new AtomicInteger();
  private final Queue<Integer> attempts = new ConcurrentLinkedQueue<>();

  @Override
  public Outcome run(Run run) throws InterruptedException {
    peak.accumulateAndGet(running.incrementAndGet(), Math::max);
    begun.incrementAndGet();
    attempts.add(run.attempt());
    try {
      passes.acquire();
      return new Outcome.Done();
    } finally {
      running.decrementAndGet();
    }
  }

  /** Lets so many runs end. */
  void pass(int runs) {
    passes.release(runs);
  }

  /** Lets all runs end, those to come too. */
  void open() {
    pass(ALL);
  }

  int begun() {
    return begun.get();
  }

  /** How many ran at once at most, since the last call. */
  int peak() {
    return peak.getAndSet(running.get());
  }

  /** The attempt of each run. */
  Queue<Integer> attempts() {
    return attempts;
  }

  void awaitRunning(int runs) {
    Await.until(runs + " runs at once", () -> running.get() == runs);
  }

  void awaitBegun(int runs) {
    Await.until("the beginning of " + runs + " runs", () -> begun.get() == runs);
  }
}
