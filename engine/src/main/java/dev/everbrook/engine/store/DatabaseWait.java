package dev.everbrook.engine.store;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * Whether one piece of work waits for the database just now, for whoever has to answer for it: a
 * thread that waits for a server which hangs cannot be interrupted, and the driver gives up only
 * after tens of seconds. The work runs on one thread; {@link #now} may be asked by any.
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

  /** Waits within a wait are the same; the thread's own. */
  private int depth;

  /** Runs the work on this thread, watched. */
  public void watch(Runnable work) {
    ScopedValue.where(OF_THIS_THREAD, this).run(work);
  }

  /** The number of the present wait, another for each, or {@link #NONE} between two. */
  public int now() {
    int number = waits.get();
    return number % 2 == 0 ? NONE : number;
  }

  /** Grows as long as a database of this process serves anything, so that it does not hang. */
  public static long served() {
    return SERVED.sum();
  }

  /** A statement or a transaction was carried out. */
  static void serve() {
    SERVED.increment();
  }

  /** Begins a wait of the work that runs on this thread, if it is watched. */
  public static Mark begin() {
    if (!OF_THIS_THREAD.isBound()) {
      return UNWATCHED;
    }
    DatabaseWait own = OF_THIS_THREAD.get();
    if (own.depth++ == 0) {
      own.waits.incrementAndGet();
    }
    return own::end;
  }

  private void end() {
    if (--depth == 0) {
      waits.incrementAndGet();
    }
  }
}
