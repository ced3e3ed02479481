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
 * One stream that somebody on this node reads: its readers, and its last events in a ring.
 *
 * <p><b>Why no reader misses or repeats an event.</b> A reader takes events only at its own number.
 * The ring holds events without a gap (what does not follow on replaces it), so it can serve a
 * number or not, but never the wrong event. A reader the ring cannot serve reads the database,
 * which has everything that was ever told. It was registered before it first looked there, so an
 * event committed after that look wakes it. Wake-ups are hints: a false one costs a look, and a
 * lost one costs until the next round of {@link Tails}.
 *
 * <p>What was told was durable, so the database has it. Where the database has less, it lost events
 * (a failover to a standby that lagged), and the numbers may come again for other events. Then
 * every reader fails here, and comes back at its own risk to what is left.
 */
final class StreamReaders {

  private static final Logger log = LoggerFactory.getLogger(StreamReaders.class);
  private static final int RING_BYTES_MAX = 64 * 1024;

  /** Small, since every reader that is behind holds a page until its socket has taken it. */
  private static final int PAGE_BYTES_MAX = 64 * 1024;

  private final StreamRef ref;
  private final StreamLog streams;
  private final Consumer<Tail> leave;
  private final Set<Tail> readers = ConcurrentHashMap.newKeySet();
  private final ReentrantLock lock = new ReentrantLock();
  private final ReentrantLock reading = new ReentrantLock();
  private final ArrayDeque<Entries> ring = new ArrayDeque<>();
  private long ringBytes;

  /** The events 0 to known - 1 are durable, as far as this node has been told. */
  private long known;

  private boolean ended;
  private boolean removed;
  private @Nullable StreamFailure loss;

  /** Whether other nodes may append too, so that what this node appends is not all there is. */
  private boolean shared;

  private boolean fresh;

  /** Whether some reader could not be told the last time. */
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

  /** How many events there are in all, or -1 while that is not known. */
  long ends() {
    lock.lock();
    try {
      return ended ? known : -1;
    } finally {
      lock.unlock();
    }
  }

  /** The number up to which events are known to be there. */
  long known() {
    lock.lock();
    try {
      return known;
    } finally {
      lock.unlock();
    }
  }

  /** Any node may append to it. */
  void share() {
    lock.lock();
    try {
      shared = true;
    } finally {
      lock.unlock();
    }
  }

  /** Whether all events came by themselves since the last call, or none is to come. */
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
        return new Poll.Behind(); // the reading tells why
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

  /** Looks from the end, where nearly all readers are: the ring may hold thousands of entries. */
  private Entries holding(long seq) {
    Iterator<Entries> backwards = ring.descendingIterator();
    Entries entries = backwards.next();
    while (seq < entries.first()) {
      entries = backwards.next();
    }
    return entries;
  }

  /** One reader at a time goes to the database; who waited meanwhile may find it in the ring. */
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
      if (!page.cut()) { // others would take its end for all that is there
        add(page.entries(), page.ends(), false);
      }
      return page;
    } finally {
      reading.unlock();
    }
  }

  /**
   * Whether there may be more behind a page: it is as long as pages get (a little less, since
   * events are packed when counted), or does not come from where the last events are.
   */
  static boolean isFull(Page page) {
    return page.cut()
        || page.entries().bytes() > PAGE_BYTES_MAX / 2
        || page.entries().events().size() >= StreamLog.PAGE_ROWS_MAX;
  }

  /** Takes in events that are durable, and wakes the readers. */
  void committed(Entries entries, boolean end) {
    add(entries, end ? entries.next() : -1, true);
    wake();
  }

  /** There is more than this node has seen. */
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

  /** It was only not there yet: somebody may follow before the stream's transaction commits. */
  private void found() {
    lock.lock();
    try {
      removed = false;
    } finally {
      lock.unlock();
    }
  }

  /** The database has no event from {@code next} on, though later ones were told. */
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

  /** The stream is gone: readers that have not read all of it learn that from the database. */
  void removed() {
    lock.lock();
    try {
      removed = true;
    } finally {
      lock.unlock();
    }
    wake();
  }

  /** A reader that cannot be told keeps no other from it, and is told with the next look. */
  void wake() {
    unwoken = false;
    for (Tail reader : readers) {
      try {
        reader.wake();
      } catch (Throwable e) { // wide: as when memory runs out
        unwoken = true; // first: to log takes memory
        log.debug("a reader of stream {} could not be told", ref.publicId(), e);
      }
    }
  }

  /**
   * What a reader asked for says nothing of what there is: only events and the true end do.
   *
   * @param ends how many events there are in all, or -1 if that is not known
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
        return; // older than what the ring holds
      }
      clear();
    }
    if (bytes > RING_BYTES_MAX) {
      clear(); // readers fetch it for themselves
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
