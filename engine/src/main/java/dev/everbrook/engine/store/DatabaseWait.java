package dev.everbrook.engine.store;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * Tells whether one piece of work currently waits for the database; {@link #tally} tells whether
 * the database serves this process at all. A thread in a statement cannot be interrupted, and the
 * driver gives up only after tens of seconds, so a server has to answer in place of the waiting
 * work. The work runs on one thread; the other methods may be called by any.
 */
public final class DatabaseWait {

  /** The number that stands for no wait. */
  public static final int NONE = 0;

  /** The end of a wait. */
  public interface Mark extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * The waits of this process for a database up to now; each number only grows.
   *
   * @param begun the number of begun waits
   * @param ended the number of ended waits
   * @param served the number of executed statements and transactions
   */
  public record Tally(long begun, long ended, long served) {}

  private static final LongAdder BEGUN = new LongAdder();
  private static final LongAdder ENDED = new LongAdder();
  private static final LongAdder SERVED = new LongAdder();

  private static final ScopedValue<DatabaseWait> OF_THIS_THREAD = ScopedValue.newInstance();

  /** Odd during a wait; different for each wait. */
  private final AtomicInteger waits = new AtomicInteger();

  private volatile boolean sent;

  /** The nesting of waits, which count as one. Used by the watched thread alone. */
  private int depth;

  /** Of work that has not begun. */
  public DatabaseWait() {}

  /** Runs the work on this thread and watches its waits. */
  public void watch(Runnable work) {
    ScopedValue.where(OF_THIS_THREAD, this).run(work);
  }

  /** The number of the current wait, different for each statement; {@link #NONE} between waits. */
  public int now() {
    int number = waits.get();
    return number % 2 == 0 ? NONE : number;
  }

  /** Whether the current wait is for a reply of the database, not for a free connection. */
  public boolean isSent() {
    return sent;
  }

  /** The waits of this process. Reads may be served even while no commit is. */
  public static Tally tally() {
    long ended = ENDED.sum(); // read first, so that ended never exceeds begun
    return new Tally(BEGUN.sum(), ended, SERVED.sum());
  }

  /** Counts an executed statement or transaction. */
  static void serve() {
    SERVED.increment();
  }

  /** Begins a wait for a connection; noted for this thread's work if it is watched. */
  static Mark begin() {
    return begin(false);
  }

  /** As {@link #begin}, for the reply to work that was handed to a thread with a connection. */
  public static Mark handOver() {
    return begin(true);
  }

  private static Mark begin(boolean sent) {
    BEGUN.increment();
    if (!OF_THIS_THREAD.isBound()) {
      return ENDED::increment;
    }
    DatabaseWait own = OF_THIS_THREAD.get();
    if (own.depth++ == 0) {
      own.sent = sent;
      own.waits.incrementAndGet();
    }
    return own::end;
  }

  /** Ends the wait for a connection or for one reply of a transaction, and begins the next. */
  static void next() {
    if (OF_THIS_THREAD.isBound()) {
      OF_THIS_THREAD.get().goOn();
    }
  }

  private void goOn() {
    if (depth > 0) {
      sent = true;
      waits.addAndGet(2);
    }
  }

  private void end() {
    ENDED.increment();
    if (--depth == 0) {
      waits.incrementAndGet();
    }
  }
}
