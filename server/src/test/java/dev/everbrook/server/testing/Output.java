package dev.everbrook.server.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/** The last 2,000 lines that a process printed. Safe for use by many threads. */
public final class Output {

  private static final int LINES_MAX = 2_000;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<String> lines = new ArrayDeque<>();
  private boolean ended;
  private boolean leaked;

  private Output() {}

  /** Reads on a thread of its own until the process closes its output. */
  public static Output of(InputStream in) {
    Output output = new Output();
    Thread.ofVirtual().name("output").start(() -> output.read(in));
    return output;
  }

  private void read(InputStream in) {
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        add(line);
      }
    } catch (IOException e) {
      add("(its output broke off: " + e.getMessage() + ")");
    } finally {
      change(() -> ended = true);
    }
  }

  private void add(String line) {
    change(() -> {
      leaked |= line.contains(Told.KEY);
      lines.add(line);
      if (lines.size() > LINES_MAX) {
        lines.removeFirst();
      }
    });
  }

  private void change(Runnable how) {
    lock.lock();
    try {
      how.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits for such a line; empty if the output ends without one, or the time does. */
  public Optional<String> await(Predicate<String> wanted, Duration most)
      throws InterruptedException {
    long left = most.toNanos();
    lock.lock();
    try {
      while (true) {
        Optional<String> found = lines.stream().filter(wanted).findFirst();
        if (found.isPresent() || ended || left <= 0) {
          return found;
        }
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits until the process has closed its output. */
  public void awaitEnd(Duration most) throws InterruptedException {
    await(_ -> false, most);
  }

  /** Whether the provider's key was ever printed. */
  public boolean hasLeaked() {
    lock.lock();
    try {
      return leaked;
    } finally {
      lock.unlock();
    }
  }

  public String text() {
    lock.lock();
    try {
      return String.join("\n", lines);
    } finally {
      lock.unlock();
    }
  }
}
