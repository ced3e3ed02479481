package dev.everbrook.engine.job.claim;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.SequencedSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * The workers of other processes that wait on this node for jobs. Safe for use by many threads.
 *
 * <p>Workers waiting for the same kinds wake one at a time; a worker that filled its claim wakes
 * the next. So a new job does not cause a hundred claims at once. A worker that leaves without
 * looking passes its turn on.
 */
public final class WaitingWorkers {

  /** Waiting workers by kinds, first come first. */
  private static final class Lines {
    final Map<Set<String>, LinkedHashSet<Place>> byKinds = new HashMap<>();
  }

  private final Map<String, Lines> queues = new ConcurrentHashMap<>();

  /** A place in a line; used by one thread, which leaves by closing it. */
  public final class Place implements AutoCloseable {
    private final String queue;
    private final Set<String> kinds;
    private final Semaphore calls = new Semaphore(0);
    private volatile boolean limited;

    private Place(String queue, Set<String> kinds) {
      this.queue = queue;
      this.kinds = kinds;
    }

    /** Waits until a call, at most for this time. */
    public void await(Duration most) throws InterruptedException {
      if (calls.tryAcquire(most.toNanos(), TimeUnit.NANOSECONDS)) {
        calls.drainPermits();
      }
    }

    /** Sets whether it waits for a limit, rather than for a job to come. */
    public void limited(boolean is) {
      limited = is;
    }

    /** There may be more jobs than this worker could take: calls the next one. */
    public void callNext() {
      call(queue, kinds, it -> it != this);
    }

    @Override
    public void close() {
      queues.computeIfPresent(
          queue,
          (_, lines) -> {
            LinkedHashSet<Place> line = lines.byKinds.get(kinds);
            if (line != null && line.remove(this) && line.isEmpty()) {
              lines.byKinds.remove(kinds);
            }
            return lines.byKinds.isEmpty() ? null : lines;
          });
      if (calls.tryAcquire()) {
        callNext();
      }
    }
  }

  /** Takes a place; no job that comes from now on is missed. */
  public Place enter(String queue, Set<String> kinds) {
    Place place = new Place(queue, Set.copyOf(kinds));
    queues.compute(
        queue,
        (_, present) -> {
          Lines lines = present == null ? new Lines() : present;
          lines.byKinds.computeIfAbsent(place.kinds, _ -> new LinkedHashSet<>()).add(place);
          return lines;
        });
    return place;
  }

  /** The number of workers that wait for jobs of a queue. */
  public int size(String queue) {
    AtomicInteger size = new AtomicInteger();
    queues.computeIfPresent(
        queue,
        (_, lines) -> {
          lines.byKinds.values().forEach(line -> size.addAndGet(line.size()));
          return lines;
        });
    return size.get();
  }

  /** Calls one worker of each line: a job of this queue may be ready. */
  void wake(String queue) {
    callOneOfEach(queue, _ -> true);
  }

  /** Calls one worker of each line that waits for a limit: a limit of this queue may allow more. */
  void freed(String queue) {
    callOneOfEach(queue, it -> it.limited);
  }

  /** Calls one worker of each line of all queues. */
  void wakeAll() {
    queues.keySet().forEach(this::wake);
  }

  private void callOneOfEach(String queue, Predicate<Place> which) {
    if (queues.containsKey(queue)) { // usually no worker waits
      queues.computeIfPresent(
          queue,
          (_, lines) -> {
            lines.byKinds.values().forEach(line -> callOne(line, which));
            return lines;
          });
    }
  }

  private void call(String queue, Set<String> kinds, Predicate<Place> which) {
    queues.computeIfPresent(
        queue,
        (_, lines) -> {
          LinkedHashSet<Place> line = lines.byKinds.get(kinds);
          if (line != null) {
            callOne(line, which);
          }
          return lines;
        });
  }

  /** A worker that was called and has not looked yet is passed over. */
  private static void callOne(SequencedSet<Place> line, Predicate<Place> which) {
    line.stream()
        .filter(which)
        .filter(it -> it.calls.availablePermits() == 0)
        .findFirst()
        .ifPresent(it -> it.calls.release());
  }
}
