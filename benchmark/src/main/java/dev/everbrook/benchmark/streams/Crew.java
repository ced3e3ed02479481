package dev.everbrook.benchmark.streams;

import dev.everbrook.benchmark.report.BenchFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A few platform threads whose failures are not lost. Used by one thread. */
final class Crew implements AutoCloseable {

  private final ExecutorService threads;
  private final List<Future<?>> work = new ArrayList<>();

  Crew(int size) {
    threads =
        Executors.newFixedThreadPool(
            size, Thread.ofPlatform().daemon().name("bench-crew-", 0).factory());
  }

  void start(Callable<?> task) {
    work.add(threads.submit(task));
  }

  /**
   * Waits until all that was started has ended.
   *
   * @throws BenchFailure if any of it failed or takes longer
   */
  void join(Duration most) throws InterruptedException {
    for (Future<?> task : work) {
      try {
        task.get(most.toMillis(), TimeUnit.MILLISECONDS);
      } catch (ExecutionException e) {
        throw new BenchFailure("a thread of the bench failed: " + e.getCause(), e);
      } catch (TimeoutException e) {
        throw new BenchFailure("a thread of the bench does not end", e);
      }
    }
    work.clear();
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
