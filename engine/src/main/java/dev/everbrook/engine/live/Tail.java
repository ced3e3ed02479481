package dev.everbrook.engine.live;

import dev.everbrook.engine.stream.Entries;
import dev.everbrook.engine.stream.Page;
import dev.everbrook.engine.stream.StreamRef;
import dev.everbrook.engine.world.World;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A reader's place in a stream.
 *
 * <p>A consumer with a thread that may block calls {@link #next}. Without one, it calls {@link
 * #poll} until the result is {@link Poll.Nothing}, and again after a wake-up by {@link #onReady};
 * on {@link Poll.Behind} it calls {@link #read} on a thread that may block. One consumer at a time.
 * A wake-up may come from any thread, and also without new events.
 *
 * <p>A stream that is removed while it is read does not end, since the reader would take an end for
 * the complete stream. Instead the next {@link #read} throws, at the latest about a second later.
 */
public final class Tail implements AutoCloseable {

  /** The result of a look without waiting. */
  public sealed interface Poll {

    /** The next events; the reader's place is now behind them. */
    record Events(Entries entries) implements Poll {}

    /** Nothing new yet. */
    record Nothing() implements Poll {}

    /** The database may have events that memory lacks; {@link Tail#read} fetches them. */
    record Behind() implements Poll {}

    /** The stream has ended, and this reader has all its events. */
    record Ended() implements Poll {}
  }

  private final StreamReaders watched;
  private final World world;
  private long next;
  private boolean looked;
  private volatile @Nullable Runnable ready;
  private volatile @Nullable Thread waiting;
  private volatile boolean closed;

  Tail(StreamReaders watched, World world, long next) {
    this.watched = watched;
    this.world = world;
    this.next = next;
  }

  public StreamRef stream() {
    return watched.ref();
  }

  /** The number of the next event. */
  public long position() {
    return next;
  }

  /** Whether this reader has all events that this node knows; a hint, as every wake-up is. */
  public boolean isUpToDate() {
    return next >= watched.known();
  }

  /**
   * Calls {@code action} whenever new events are likely. The action must be quick and must not
   * throw.
   */
  public void onReady(Runnable action) {
    ready = action;
  }

  /** Looks without waiting for anything. */
  public Poll poll() {
    Poll found = watched.poll(next, looked);
    if (found instanceof Poll.Events(var entries)) {
      next = entries.next();
      looked = true;
    }
    return found;
  }

  /**
   * Reads the next events from the database; many readers at the same place share one statement.
   *
   * @throws dev.everbrook.engine.stream.StreamFailure if the stream was removed
   */
  public Page read() {
    Page page = watched.read(next);
    // Behind a full page there may be more events without a wake-up.
    looked = !StreamReaders.isFull(page);
    next = page.entries().next();
    return page;
  }

  /**
   * Waits for the next events, at most for {@code most}.
   *
   * @return an empty page if the time passed; a page that has {@code ended} is the last
   * @throws TailClosed if the tail is closed meanwhile
   * @throws dev.everbrook.engine.stream.StreamFailure if the stream was removed
   */
  public Page next(Duration most) throws InterruptedException {
    long start = world.nanos();
    waiting = Thread.currentThread();
    try {
      while (true) {
        if (closed) {
          throw new TailClosed();
        }
        switch (poll()) {
          case Poll.Events(var entries) -> {
            return new Page(entries, watched.ends());
          }
          case Poll.Ended() -> {
            return new Page(new Entries(next, List.of()), watched.ends());
          }
          case Poll.Behind() -> {
            Page page = read();
            if (!page.entries().isEmpty() || page.ended() || left(most, start) <= 0) {
              return page;
            }
          }
          case Poll.Nothing() -> {
            long left = left(most, start);
            if (left <= 0) {
              return new Page(new Entries(next, List.of()), -1);
            }
            LockSupport.parkNanos(this, left);
            if (Thread.interrupted()) {
              throw new InterruptedException("interrupted while following a stream");
            }
          }
        }
      }
    } finally {
      waiting = null;
    }
  }

  private long left(Duration most, long start) {
    return most.toNanos() - (world.nanos() - start);
  }

  void wake() {
    Runnable action = ready;
    if (action != null) {
      action.run();
    }
    LockSupport.unpark(waiting);
  }

  /** Leaves the stream. */
  @Override
  public void close() {
    closed = true;
    watched.leave(this);
    LockSupport.unpark(waiting);
  }
}
