package dev.everbrook.engine.store;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * Whether one piece of work waits for the database just now, and in {@link #tally} whether the
 * database serves this process at all. A thread in a statement cannot be interrupted, and the
 * driver gives up only after tens of seconds, so a server has to answer for such work. The work
 * runs on one thread; all else may be asked by any.
 */
public final class DatabaseWait {

  /** The number of no wait. */
  public static final int NONE = 0;

  /** The end of a wait. */
  public interface Mark extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * The waits of this process for a database up to now; each number only grows.
   *
   * @param begun how many waits began
   * @param ended how many of them are over
   * @param served how many statements and transactions were carried out
   */
  public record Tally(long begun, long ended, long served) {}

  private static final LongAdder BEGUN = new LongAdder();
  private static final LongAdder ENDED = new LongAdder();
  private static final LongAdder SERVED = new LongAdder();

  private static final ScopedValue<DatabaseWait> OF_THIS_THREAD = ScopedValue.newInstance();

  /** Odd during a wait, and another number in each. */
  private final AtomicInteger waits = new AtomicInteger();

  private volatile boolean sent;

  /** Waits within a wait are the same; the thread's own. */
  private int depth;

  /** Runs the work on this thread, watched. */
  public void watch(Runnable work) {
    ScopedValue.where(OF_THIS_THREAD, this).run(work);
  }

  /** The number of the present wait, another for each statement, or {@link #NONE} between two. */
  public int now() {
    int number = waits.get();
    return number % 2 == 0 ? NONE : number;
  }

  /** Whether the present wait is for a reply, and not for a connection that others use. */
  public boolean isSent() {
    return sent;
  }

  /** The waits of this process; reads may be served while no commit is. */
  public static Tally tally() {
    long ended = ENDED.sum(); // first, so that no wait seems to have ended that has not begun
    return new Tally(BEGUN.sum(), ended, SERVED.sum());
  }

  /** A statement or a transaction was carried out. */
  static void serve() {
    SERVED.increment();
  }

  /** Begins a wait for a connection, by the work that runs on this thread if it is watched. */
  static Mark begin() {
    return begin(false);
  }

  /** As {@link #begin}, for the reply to what was handed to a thread that has a connection. */
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

  /** The wait for a connection, or for one reply of a transaction, is over: the next begins. */
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
