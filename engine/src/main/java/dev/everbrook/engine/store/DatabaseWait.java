package dev.everbrook.engine.store;

import java.util.concurrent.atomic.LongAdder;

/**
 * Whether the database of this process serves what it is asked: a thread that waits for a server
 * which hangs cannot be interrupted, and the driver gives up only after tens of seconds, so a
 * request has to be answered by others. Safe for use by many threads.
 */
public final class DatabaseWait {

  /** The end of a wait. */
  public interface Mark extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * What was asked of a database in this process up to now; each number only grows.
   *
   * @param begun how many waits began
   * @param ended how many of them are over
   * @param served how many statements and transactions were carried out
   */
  public record Tally(long begun, long ended, long served) {}

  private static final LongAdder BEGUN = new LongAdder();
  private static final LongAdder ENDED = new LongAdder();
  private static final LongAdder SERVED = new LongAdder();

  private DatabaseWait() {}

  /** How things stand at the moment. */
  public static Tally tally() {
    long ended = ENDED.sum(); // first, so that no wait seems to have ended that has not begun
    return new Tally(BEGUN.sum(), ended, SERVED.sum());
  }

  /** Begins a wait. */
  public static Mark begin() {
    BEGUN.increment();
    return ENDED::increment;
  }

  /** A statement or a transaction was carried out. */
  static void serve() {
    SERVED.increment();
  }
}
