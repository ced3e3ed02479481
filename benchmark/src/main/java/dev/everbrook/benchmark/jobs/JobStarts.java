package dev.everbrook.benchmark.jobs;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Which jobs began, how often, and when. Safe for use by many threads. */
final class JobStarts {

  private static final long NEVER = Long.MAX_VALUE;

  private final Map<Integer, Long> began = new ConcurrentHashMap<>();
  private final AtomicInteger runs = new AtomicInteger();
  private final AtomicLong first = new AtomicLong(NEVER);

  /** What the handler of the job does, and all it does. */
  void record(int k) {
    long now = System.nanoTime();
    if (runs.getAndIncrement() == 0) {
      first.set(now);
    }
    began.putIfAbsent(k, now);
  }

  /** How many handlers began. */
  int runs() {
    return runs.get();
  }

  /** How many jobs began, however often each. */
  int jobs() {
    return began.size();
  }

  boolean has(int k) {
    return began.containsKey(k);
  }

  /** When the job began, by {@link System#nanoTime}. */
  long at(int k) {
    return began.getOrDefault(k, NEVER);
  }

  /** When the first of all began. */
  long first() {
    return first.get();
  }
}
