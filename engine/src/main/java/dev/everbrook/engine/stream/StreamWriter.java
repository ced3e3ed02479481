package dev.everbrook.engine.stream;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The right to append to one stream, held by one owner until it ends, closes, or is fenced off by
 * the next.
 *
 * <p>An append is numbered at once and durable soon; {@link #flush} waits for that. The appended
 * events that are not yet durable are bounded by {@link #PENDING_BYTES_MAX}. Beyond it {@link
 * #append} waits; this is the back-pressure of a slow database on the provider. Safe for use by
 * many threads; the order of two concurrent appends is undefined.
 */
public final class StreamWriter implements AutoCloseable {

  /** The longest event in bytes. */
  public static final int EVENT_BYTES_MAX = 1 << 20;

  /** How many bytes may wait to become durable. */
  public static final int PENDING_BYTES_MAX = 64 * 1024;

  /** The part of the group commit that a writer uses. */
  interface Group {

    /** Announces that the writer has events to flush. */
    void dirty(StreamWriter writer);

    /** Announces that the writer writes no more. */
    void forget(StreamWriter writer);
  }

  private static final Duration CLOSE_WAIT = Duration.ofSeconds(5);
  private static final Duration REVOKE_WAIT = Duration.ofSeconds(10);

  private final Group group;
  private final StreamRef ref;
  private final int epoch;
  private final long node;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<byte[]> pending = new ArrayDeque<>();
  private int pendingBytes;
  private long next;
  private long durable;
  private boolean queued;
  private boolean inFlight;
  private @Nullable Ending ending;
  private boolean ended;
  private @Nullable StreamFailure failure;

  StreamWriter(Group group, StreamRef ref, int epoch, long node, long next) {
    this.group = group;
    this.ref = ref;
    this.epoch = epoch;
    this.node = node;
    this.next = next;
    this.durable = next;
  }

  public StreamRef ref() {
    return ref;
  }

  /** The number that the next event will have. */
  public long next() {
    lock.lock();
    try {
      return next;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Appends one event and returns its sequence number. Waits while too many bytes are pending.
   *
   * @throws StreamFailure if this writer may not append (any more)
   */
  public long append(byte[] event) throws InterruptedException {
    if (event.length > EVENT_BYTES_MAX) {
      throw new StreamFailure(
          StreamFailure.Reason.REJECTED,
          "an event may have at most " + EVENT_BYTES_MAX + " bytes, had " + event.length);
    }
    boolean announce;
    long seq;
    lock.lockInterruptibly();
    try {
      check();
      while (!pending.isEmpty() && pendingBytes + event.length > PENDING_BYTES_MAX) {
        changed.await();
        check();
      }
      seq = add(event);
      announce = queue();
    } finally {
      lock.unlock();
    }
    if (announce) {
      announce();
    }
    return seq;
  }

  /** Whether events with this many bytes in total could be appended now without waiting. */
  public boolean takesAtOnce(long bytes) {
    lock.lock();
    try {
      return pendingBytes + bytes <= PENDING_BYTES_MAX || pending.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until all appended events are durable. */
  public void flush() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long upTo = next;
      while (durable < upTo) {
        failIfFailed();
        changed.await();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Appends the last events and ends the stream in the same transaction; returns when that is
   * durable. No event can be appended afterwards.
   */
  public void end(List<byte[]> last, Ending how) throws InterruptedException {
    boolean announce;
    lock.lockInterruptibly();
    try {
      check();
      last.forEach(this::add);
      ending = how;
      announce = queue();
    } finally {
      lock.unlock();
    }
    if (announce) {
      announce();
    }
    lock.lockInterruptibly();
    try {
      while (!ended) {
        failIfFailed();
        changed.await();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Releases the stream. Waits at most 5 s for appended events to become durable. Events that have
   * not been sent to the database by then are dropped; no reader has seen them. A flush that has
   * been sent is decided by the database; until then the stream cannot be opened on this node.
   */
  @Override
  public void close() {
    lock.lock();
    try {
      long nanos = CLOSE_WAIT.toNanos();
      while (durable < next && failure == null && nanos > 0) {
        nanos = changed.awaitNanos(nanos);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
    fail(new StreamFailure(StreamFailure.Reason.ENDED, "this writer is closed"));
    if (!isInFlight()) {
      group.forget(this);
    }
  }

  private long add(byte[] event) {
    pending.add(event);
    pendingBytes += event.length;
    return next++;
  }

  private boolean queue() {
    boolean announce = !queued;
    queued = true;
    return announce;
  }

  /** Announces events to flush; if an Error prevents this, the next append announces them. */
  private void announce() {
    boolean announced = false;
    try {
      group.dirty(this);
      announced = true;
    } finally {
      if (!announced) {
        unqueued();
      }
    }
  }

  private void unqueued() {
    lock.lock();
    try {
      queued = false;
    } finally {
      lock.unlock();
    }
  }

  private void check() {
    failIfFailed();
    if (ending != null) {
      throw new StreamFailure(
          StreamFailure.Reason.ENDED, "stream " + ref.publicId() + " has ended");
    }
  }

  private void failIfFailed() {
    if (failure != null) {
      throw failure;
    }
  }

  // The following methods are for the group commit alone.

  long node() {
    return node;
  }

  int epoch() {
    return epoch;
  }

  /** The number after the last known durable event. */
  long durable() {
    lock.lock();
    try {
      return durable;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes pending events, up to a limit. No more are taken until {@link #committed} or {@link
   * #rejected} reports the outcome, so at most one piece of a stream is under way.
   */
  Optional<Piece> take(int bytesMax) {
    lock.lock();
    try {
      if (inFlight) {
        return Optional.empty(); // the outcome of that piece comes first
      }
      if (failure != null || pending.isEmpty() && ending == null) {
        queued = false;
        return Optional.empty();
      }
      List<byte[]> events = first(bytesMax);
      Optional<Ending> now =
          events.size() == pending.size() ? Optional.ofNullable(ending) : Optional.empty();
      Entries entries = new Entries(next - pending.size(), events);
      Optional<Piece> piece = Optional.of(Piece.of(this, entries, now));
      removeFirst(events.size()); // last: an Error before this changes nothing
      inFlight = true;
      return piece;
    } finally {
      lock.unlock();
    }
  }

  private List<byte[]> first(int bytesMax) {
    List<byte[]> events = new ArrayList<>();
    int bytes = 0;
    for (byte[] event : pending) {
      bytes += event.length;
      if (!events.isEmpty() && bytes > bytesMax) {
        break;
      }
      events.add(event);
    }
    return events;
  }

  private void removeFirst(int events) {
    for (int i = 0; i < events; i++) {
      pendingBytes -= pending.remove().length;
    }
  }

  /** Notes that the piece is durable; returns whether more events are pending. */
  boolean committed(Piece piece) {
    lock.lock();
    try {
      inFlight = false;
      durable = piece.entries().next();
      ended = piece.ending().isPresent();
      queued = failure == null && (!pending.isEmpty() || ending != null && !ended);
      changed.signalAll();
      return queued;
    } finally {
      lock.unlock();
    }
  }

  /** Notes that the piece under way was not written; no further piece will be. */
  void rejected(StreamFailure why) {
    lock.lock();
    try {
      inFlight = false;
      fail(why);
    } finally {
      lock.unlock();
    }
  }

  /** Fails the writer; the first failure is kept. Pending events will not be written. */
  void fail(StreamFailure why) {
    lock.lock();
    try {
      if (failure == null) {
        failure = why;
      }
      pending.clear();
      pendingBytes = 0;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Whether this writer will write no more and has no piece under way. */
  boolean isOver() {
    lock.lock();
    try {
      return failure != null && !inFlight;
    } finally {
      lock.unlock();
    }
  }

  private boolean isInFlight() {
    lock.lock();
    try {
      return inFlight;
    } finally {
      lock.unlock();
    }
  }

  /** Ends this writer's right and waits until its piece under way is decided. */
  void revoke() throws InterruptedException {
    fail(
        new StreamFailure(
            StreamFailure.Reason.FENCED, "stream " + ref.publicId() + " has a new owner"));
    lock.lockInterruptibly();
    try {
      long nanos = REVOKE_WAIT.toNanos();
      while (inFlight && nanos > 0) {
        nanos = changed.awaitNanos(nanos);
      }
      if (inFlight) {
        throw new StreamFailure(
            StreamFailure.Reason.FENCED,
            "the last owner of stream " + ref.publicId() + " has a write under way; try again");
      }
    } finally {
      lock.unlock();
    }
  }
}
