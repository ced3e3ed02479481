package dev.everbrook.engine.store;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * Whether one piece of work waits for the database just now. A server has to answer for such work:
 * a thread in a statement cannot be interrupted, and the driver gives up only after tens of
 * seconds. The work runs on one thread; {@link #now} and {@link #isSent} may be asked by any.
 */
public final class DatabaseWait {

  /** The number of no wait. */
  public static final int NONE = 0;

  /** The end of a wait. */
  public interface Mark extends AutoCloseable {
    @Override
    void close();
  }

  /** How often a database has served anything in this process. */
  private static final LongAdder SERVED = new LongAdder();

  private static final ScopedValue<DatabaseWait> OF_THIS_THREAD = ScopedValue.newInstance();
  private static final Mark UNWATCHED = () -> {};

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

  /**
   * Grows as long as a database of this process serves anything, so that it does not hang as a
   * whole. Reads may be served while no commit is.
   */
  public static long served() {
    return SERVED.sum();
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
    if (!OF_THIS_THREAD.isBound()) {
      return UNWATCHED;
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
    if (--depth == 0) {
      waits.incrementAndGet();
    }
  }
}
