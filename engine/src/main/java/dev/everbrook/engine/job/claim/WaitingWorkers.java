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
 * The workers of other processes that wait on this node for something to do. Safe for use by many
 * threads.
 *
 * <p>Those that wait for the same are woken one at a time, and who took as much as it may wakes the
 * next: so a job that comes is not looked for by a hundred at once. Who leaves without having
 * looked hands its turn on.
 */
public final class WaitingWorkers {

  /** Who waits for jobs of a queue, by the kinds it can do, the first who came first. */
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

    /** Waits until called, or for so long. */
    public void await(Duration most) throws InterruptedException {
      if (calls.tryAcquire(most.toNanos(), TimeUnit.NANOSECONDS)) {
        calls.drainPermits();
      }
    }

    /** Whether it waits for what a limit may leave, rather than for a job to come. */
    public void limited(boolean is) {
      limited = is;
    }

    /** There may be more than this one could take. */
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

  /** Takes a place; what comes from now on is not missed. */
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

  /** How many wait for jobs of a queue. */
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

  /** Something may be ready in this queue. */
  void wake(String queue) {
    callOneOfEach(queue, _ -> true);
  }

  /** A limit of this queue may leave more now. */
  void freed(String queue) {
    callOneOfEach(queue, it -> it.limited);
  }

  /** Everyone is to look. */
  void wakeAll() {
    queues.keySet().forEach(this::wake);
  }

  private void callOneOfEach(String queue, Predicate<Place> which) {
    if (queues.containsKey(queue)) { // nobody waits, as a rule
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

  /** One that was called already need not be called again: it has yet to look. */
  private static void callOne(SequencedSet<Place> line, Predicate<Place> which) {
    line.stream()
        .filter(which)
        .filter(it -> it.calls.availablePermits() == 0)
        .findFirst()
        .ifPresent(it -> it.calls.release());
  }
}
