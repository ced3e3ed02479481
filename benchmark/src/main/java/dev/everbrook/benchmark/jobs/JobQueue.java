package dev.everbrook.benchmark.jobs;

import java.util.Optional;
import java.util.function.IntConsumer;

/**
 * A queue of jobs as {@code ./bench jobs} sees it, in a process of its own. A job is a number,
 * carried as the payload {@code {"k": number}}. Enqueueing is safe for use by many threads; all
 * else is done by one.
 */
interface JobQueue extends AutoCloseable {

  /** How many jobs run at once where the queue can be told. */
  int CONCURRENCY = 50;

  /** Enqueues a job by itself; it is durable when this returns. */
  void enqueue(int k);

  /**
   * Enqueues a job together with what others enqueue at the same moment; durable when it returns.
   * Nothing if the queue cannot.
   */
  default Optional<IntConsumer> coalesced() {
    return Optional.empty();
  }

  /** Enqueues many jobs in one call. */
  @FunctionalInterface
  interface Bulk {
    void enqueue(int first, int count);
  }

  /** Nothing if the queue cannot. */
  default Optional<Bulk> bulk() {
    return Optional.empty();
  }

  /** Begins to run jobs, what waits and what comes, in this process. */
  void work(IntConsumer handler);

  /** Runs no more jobs, until it is told to {@link #work} again. */
  void rest();

  /** How many jobs the store holds that are not done. */
  long left();

  @Override
  void close();
}
