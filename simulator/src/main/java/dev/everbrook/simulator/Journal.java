package dev.everbrook.simulator;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * What happened to every call, kept as proof: when it came, how much was sent, who closed it and
 * when. Keeps the last 10,000 calls and counts the attempts of the last 10,000 conversations. Safe
 * for many threads.
 */
public final class Journal {

  private static final int KEPT_MAX = 10_000;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Map<Long, Call> calls = new Last<>();
  private final Map<String, Integer> attempts = new Last<>();
  private long opened;

  /** All calls that are kept, oldest first. */
  public List<Call> calls() {
    lock.lock();
    try {
      return new ArrayList<>(calls.values());
    } finally {
      lock.unlock();
    }
  }

  /** Waits until some call is as described; empty if none was within this time. */
  public Optional<Call> await(Predicate<Call> described, Duration atMost)
      throws InterruptedException {
    long left = atMost.toNanos();
    lock.lock();
    try {
      while (true) {
        Optional<Call> found = calls.values().stream().filter(described).findFirst();
        if (found.isPresent() || left <= 0) {
          return found;
        }
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  Call open(String model, List<Turn> messages) {
    lock.lock();
    try {
      String hash = Draw.hash(messages);
      int attempt = attempts.merge(model + ' ' + hash, 1, Integer::sum);
      var nothing = new Call.Progress(Optional.empty(), 0, 0);
      Call call =
          new Call(++opened, model, hash, attempt, Instant.now(), nothing, Optional.empty());
      calls.put(call.number(), call);
      changed.signalAll();
      return call;
    } finally {
      lock.unlock();
    }
  }

  void sent(Call call, long bytes, int tokens) {
    change(
        call,
        now -> {
          var before = now.progress();
          var first = before.firstByte().or(() -> Optional.of(Instant.now()));
          return with(
              now,
              new Call.Progress(first, before.bytes() + bytes, before.tokens() + tokens),
              now.closed());
        });
  }

  /** Notes the end; the first note counts. */
  void closed(Call call, Call.Side by, boolean finished) {
    change(
        call,
        now ->
            now.closed().isPresent()
                ? now
                : with(
                    now,
                    now.progress(),
                    Optional.of(new Call.Closed(Instant.now(), by, finished))));
  }

  private void change(Call call, UnaryOperator<Call> how) {
    lock.lock();
    try {
      calls.computeIfPresent(call.number(), (_, now) -> how.apply(now));
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private static Call with(Call call, Call.Progress progress, Optional<Call.Closed> closed) {
    return new Call(
        call.number(),
        call.model(),
        call.messages(),
        call.attempt(),
        call.opened(),
        progress,
        closed);
  }

  /** Remembers only what was put last. */
  private static final class Last<K, V> extends LinkedHashMap<K, V> {
    @Override
    protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
      return size() > KEPT_MAX;
    }
  }
}
