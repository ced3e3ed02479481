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
 * <p>An append is numbered at once and durable soon; {@link #flush} waits for that. What is
 * appended but not yet durable is bounded by {@link #PENDING_BYTES_MAX}: beyond it {@link #append}
 * waits, which is how a slow database slows down the provider. Safe for use by many threads, though
 * the order of two concurrent appends is anybody's.
 */
public final class StreamWriter implements AutoCloseable {

  /** The longest event in bytes. */
  public static final int EVENT_BYTES_MAX = 1 << 20;

  /** How many bytes may wait to become durable. */
  public static final int PENDING_BYTES_MAX = 64 * 1024;

  /** The group commit, as far as a writer needs it. */
  interface Group {

    /** The writer has something to flush. */
    void dirty(StreamWriter writer);

    /** The writer writes no more. */
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
   * Appends one event and returns its sequence number. Waits while too much is pending.
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

  /** Whether events of so many bytes together would be taken now without waiting. */
  public boolean takesAtOnce(long bytes) {
    lock.lock();
    try {
      return pendingBytes + bytes <= PENDING_BYTES_MAX || pending.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until all that was appended is durable. */
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
   * Appends the last events and ends the stream with them in one transaction; returns when that is
   * durable. Afterwards nothing can be appended.
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
   * Lets go of the stream. Waits at most 5 s for what was appended to become durable. What has not
   * been sent to the database by then is dropped, unseen by anyone; what has been sent is decided
   * by the database, and until then nobody can open the stream on this node.
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

  /** What could not be announced, for an Error, is announced with the next append. */
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

  // What follows is for the group commit alone.

  long node() {
    return node;
  }

  int epoch() {
    return epoch;
  }

  /** The number after the last event that is known to be durable. */
  long durable() {
    lock.lock();
    try {
      return durable;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes what is pending, up to a limit. Nothing more is taken until {@link #committed} or {@link
   * #rejected} has told what became of it: at most one piece of a stream is ever under way.
   */
  Optional<Piece> take(int bytesMax) {
    lock.lock();
    try {
      if (inFlight) {
        return Optional.empty(); // what becomes of that piece decides what comes next
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
      removeFirst(events.size()); // only now: an Error before this leaves all as it was
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

  /** Returns whether there is more to take. */
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

  /** The piece under way was not written, and none will be. */
  void rejected(StreamFailure why) {
    lock.lock();
    try {
      inFlight = false;
      fail(why);
    } finally {
      lock.unlock();
    }
  }

  /** The first failure stands. Nothing that is pending will be written. */
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

  /** Whether this writer will write no more, and nothing of it is under way. */
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

  /** Ends this writer's right and waits until what is on its way to the database has arrived. */
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
