package dev.everbrook.engine.live;

import dev.everbrook.engine.live.Tail.Poll;
import dev.everbrook.engine.stream.Entries;
import dev.everbrook.engine.stream.Page;
import dev.everbrook.engine.stream.StreamFailure;
import dev.everbrook.engine.stream.StreamLog;
import dev.everbrook.engine.stream.StreamRef;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The readers of one stream on this node, and its latest events in a ring. (The class of the same
 * name in {@code server.api.durablestreams} serves HTTP readers of the Durable Streams protocol.)
 *
 * <p><b>Why no reader misses or repeats an event.</b> A reader takes events only at its own number.
 * The ring holds events without a gap: events that do not follow directly replace its content. So
 * it may lack a number, but never serves a wrong event. A reader that the ring cannot serve reads
 * the database, which has every event ever announced. The reader was registered before its first
 * look there, so an event committed after that look wakes it. Wake-ups are hints: a false one costs
 * a look, and a lost one delays the reader until the next round of {@link Tails}.
 *
 * <p>Every announced event was durable, so the database has it. If the database has fewer events,
 * it lost some (a failover to a standby that lagged), and their numbers may be used again for other
 * events. Then every reader fails here; a client may follow the remaining events again at its own
 * risk.
 */
final class StreamReaders {

  private static final Logger log = LoggerFactory.getLogger(StreamReaders.class);
  private static final int RING_BYTES_MAX = 64 * 1024;

  /** Small, since every reader that is behind holds a page until its socket has accepted it. */
  private static final int PAGE_BYTES_MAX = 64 * 1024;

  private final StreamRef ref;
  private final StreamLog streams;
  private final Consumer<Tail> leave;
  private final Set<Tail> readers = ConcurrentHashMap.newKeySet();
  private final ReentrantLock lock = new ReentrantLock();
  private final ReentrantLock reading = new ReentrantLock();
  private final ArrayDeque<Entries> ring = new ArrayDeque<>();
  private long ringBytes;

  /** As far as this node knows, the events 0 to known - 1 are durable. */
  private long known;

  private boolean ended;
  private boolean removed;
  private @Nullable StreamFailure loss;

  /** Whether other nodes may append too, so that this node's appends may not be all events. */
  private boolean shared;

  private boolean fresh;

  /** Whether a reader could not be woken the last time. */
  private volatile boolean unwoken;

  StreamReaders(StreamRef ref, StreamLog streams, Consumer<Tail> leave) {
    this.ref = ref;
    this.streams = streams;
    this.leave = leave;
  }

  StreamRef ref() {
    return ref;
  }

  Set<Tail> readers() {
    return readers;
  }

  void leave(Tail tail) {
    leave.accept(tail);
  }

  /** The total number of events, or -1 while it is unknown. */
  long ends() {
    lock.lock();
    try {
      return ended ? known : -1;
    } finally {
      lock.unlock();
    }
  }

  /** The number of the first event that is not known to exist. */
  long known() {
    lock.lock();
    try {
      return known;
    } finally {
      lock.unlock();
    }
  }

  /** Marks the stream as one to which any node may append. */
  void share() {
    lock.lock();
    try {
      shared = true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Whether no look at the database is needed: all events since the last call came from this node's
   * writer, or no more can come.
   */
  boolean wasFresh() {
    lock.lock();
    try {
      boolean was = fresh;
      fresh = false;
      return !unwoken && (was && !shared || ended || removed);
    } finally {
      lock.unlock();
    }
  }

  Poll poll(long next, boolean looked) {
    lock.lock();
    try {
      if (loss != null) {
        return new Poll.Behind(); // the read throws the reason
      }
      if (ended && next >= known) {
        return new Poll.Ended();
      }
      if (!ring.isEmpty() && next >= ring.getFirst().first()) {
        return next < ring.getLast().next()
            ? new Poll.Events(holding(next).from(next))
            : next < known || !looked || removed ? new Poll.Behind() : new Poll.Nothing();
      }
      return next < known || !looked || removed ? new Poll.Behind() : new Poll.Nothing();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Searches from the end, where nearly all readers are: the ring may hold thousands of entries.
   */
  private Entries holding(long seq) {
    Iterator<Entries> backwards = ring.descendingIterator();
    Entries entries = backwards.next();
    while (seq < entries.first()) {
      entries = backwards.next();
    }
    return entries;
  }

  /**
   * One reader at a time queries the database; a reader that waited may find the result in the
   * ring.
   */
  Page read(long next) {
    reading.lock();
    try {
      if (poll(next, false) instanceof Poll.Events(var entries)) {
        return new Page(entries, ends());
      }
      failIfLost();
      long told = known();
      Page page = streams.read(ref.id(), next, PAGE_BYTES_MAX);
      found();
      if (page.entries().isEmpty() && !page.ended() && next < told) {
        truncated(next);
        failIfLost();
      }
      if (!page.cut()) { // the end of a cut page is not the end of the stream
        add(page.entries(), page.ends(), false);
      }
      return page;
    } finally {
      reading.unlock();
    }
  }

  /**
   * Whether more events may follow a page: the page has about the full length (a little less, since
   * events are packed when counted), or was cut before the last events.
   */
  static boolean isFull(Page page) {
    return page.cut()
        || page.entries().bytes() > PAGE_BYTES_MAX / 2
        || page.entries().events().size() >= StreamLog.PAGE_ROWS_MAX;
  }

  /** Adds durable events, and wakes the readers. */
  void committed(Entries entries, boolean end) {
    add(entries, end ? entries.next() : -1, true);
    wake();
  }

  /** Notes that the stream has more events than this node has seen. */
  void hint(long next, boolean end) {
    boolean news;
    lock.lock();
    try {
      news = next > known || end && !ended || unwoken;
      known = Math.max(known, next);
      ended |= end;
    } finally {
      lock.unlock();
    }
    if (news) {
      wake();
    }
  }

  /**
   * Withdraws a removal: the stream was only missing because its transaction had not committed when
   * the first reader followed it.
   */
  private void found() {
    lock.lock();
    try {
      removed = false;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Fails all readers: the database has no event from {@code next} on, though later ones were
   * announced.
   */
  void truncated(long next) {
    lock.lock();
    try {
      if (loss == null) {
        loss = StreamFailure.truncated(ref, next);
      }
      clear();
    } finally {
      lock.unlock();
    }
    wake();
  }

  private void failIfLost() {
    lock.lock();
    try {
      if (loss != null) {
        throw loss;
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Notes that the stream is gone: readers that have not reached the end find that out from the
   * database.
   */
  void removed() {
    lock.lock();
    try {
      removed = true;
    } finally {
      lock.unlock();
    }
    wake();
  }

  /**
   * Wakes all readers. A reader that cannot be woken does not keep the others from it, and is woken
   * by the next look.
   */
  void wake() {
    unwoken = false;
    for (Tail reader : readers) {
      try {
        reader.wake();
      } catch (Throwable e) { // wide: for example when memory runs out
        unwoken = true; // first, since logging takes memory
        log.debug("a reader of stream {} could not be woken", ref.publicId(), e);
      }
    }
  }

  /**
   * Adds a page. Only events and the true end count, since the number that a reader asked for
   * proves nothing.
   *
   * @param ends the total number of events, or -1 if it is unknown
   */
  private void add(Entries entries, long ends, boolean own) {
    lock.lock();
    try {
      fresh |= own;
      if (!entries.isEmpty()) {
        known = Math.max(known, entries.next());
        keep(entries);
      }
      if (ends >= 0) {
        ended = true;
        known = ends;
      }
    } finally {
      lock.unlock();
    }
  }

  private void keep(Entries entries) {
    long bytes = entries.bytes();
    if (!ring.isEmpty() && entries.first() != ring.getLast().next()) {
      if (entries.first() < ring.getLast().next()) {
        return; // older than the ring's content
      }
      clear();
    }
    if (bytes > RING_BYTES_MAX) {
      clear(); // readers fetch it from the database
      return;
    }
    ring.add(entries);
    ringBytes += bytes;
    while (ringBytes > RING_BYTES_MAX) {
      ringBytes -= ring.removeFirst().bytes();
    }
  }

  private void clear() {
    ring.clear();
    ringBytes = 0;
  }
}
