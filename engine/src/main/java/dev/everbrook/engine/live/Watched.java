package dev.everbrook.engine.live;

import dev.everbrook.engine.live.Tail.Poll;
import dev.everbrook.engine.stream.Entries;
import dev.everbrook.engine.stream.Page;
import dev.everbrook.engine.stream.StreamLog;
import dev.everbrook.engine.stream.StreamRef;
import java.util.ArrayDeque;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * One stream that somebody on this node reads: its readers, and its last events in a ring.
 *
 * <p><b>Why no reader misses or repeats an event.</b> A reader takes events only at its own number.
 * The ring holds events without a gap (what does not follow on replaces it), so it can serve a
 * number or not, but never the wrong event. A reader the ring cannot serve reads the database,
 * which has everything that was ever told. It was registered before it first looked there, so an
 * event committed after that look wakes it. Wake-ups are hints: a false one costs a look, and a
 * lost one costs until the next round of {@link Tails}.
 */
final class Watched {

  private static final int RING_BYTES_MAX = 64 * 1024;

  /** Small, since every reader that is behind holds a page until its socket has taken it. */
  private static final int PAGE_BYTES_MAX = 64 * 1024;

  private final StreamRef ref;
  private final StreamLog log;
  private final Consumer<Tail> leave;
  private final Set<Tail> readers = ConcurrentHashMap.newKeySet();
  private final ReentrantLock lock = new ReentrantLock();
  private final ReentrantLock reading = new ReentrantLock();
  private final ArrayDeque<Entries> ring = new ArrayDeque<>();
  private long ringBytes;

  /** The events 0 to known - 1 are durable, as far as this node has been told. */
  private long known;

  private boolean ended;
  private boolean fresh;

  Watched(StreamRef ref, StreamLog log, Consumer<Tail> leave) {
    this.ref = ref;
    this.log = log;
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

  boolean endsAt(long seq) {
    lock.lock();
    try {
      return ended && seq >= known;
    } finally {
      lock.unlock();
    }
  }

  /** Whether events came by themselves since the last call. */
  boolean wasFresh() {
    lock.lock();
    try {
      boolean was = fresh;
      fresh = false;
      return was || ended;
    } finally {
      lock.unlock();
    }
  }

  Poll poll(long next, boolean looked) {
    lock.lock();
    try {
      if (ended && next >= known) {
        return new Poll.Ended();
      }
      if (!ring.isEmpty() && next >= ring.getFirst().first()) {
        for (Entries entries : ring) {
          if (next < entries.next()) {
            return new Poll.Events(entries.from(next));
          }
        }
        return next < known ? new Poll.Behind() : new Poll.Nothing();
      }
      return next < known || !looked ? new Poll.Behind() : new Poll.Nothing();
    } finally {
      lock.unlock();
    }
  }

  /** One reader at a time goes to the database; who waited meanwhile may find it in the ring. */
  Page read(long next) {
    reading.lock();
    try {
      if (poll(next, false) instanceof Poll.Events(var entries)) {
        return new Page(entries, endsAt(entries.next()));
      }
      Page page = log.read(ref.id(), next, PAGE_BYTES_MAX);
      add(page.entries(), page.ended(), false);
      return page;
    } finally {
      reading.unlock();
    }
  }

  /** Takes in events that are durable, and wakes the readers. */
  void committed(Entries entries, boolean end) {
    add(entries, end, true);
    wake();
  }

  /** There is more than this node has seen. */
  void hint(long next, boolean end) {
    boolean news;
    lock.lock();
    try {
      news = next > known || end && !ended;
      known = Math.max(known, next);
      ended |= end;
    } finally {
      lock.unlock();
    }
    if (news) {
      wake();
    }
  }

  void wake() {
    readers.forEach(Tail::wake);
  }

  private void add(Entries entries, boolean end, boolean own) {
    lock.lock();
    try {
      fresh |= own;
      ended |= end;
      known = Math.max(known, entries.next());
      if (entries.isEmpty()) {
        return;
      }
      if (!ring.isEmpty() && entries.first() != ring.getLast().next()) {
        if (entries.first() < ring.getLast().next()) {
          return; // older than what the ring holds
        }
        ring.clear();
        ringBytes = 0;
      }
      ring.add(entries);
      ringBytes += entries.bytes();
      while (ringBytes > RING_BYTES_MAX && ring.size() > 1) {
        ringBytes -= ring.removeFirst().bytes();
      }
    } finally {
      lock.unlock();
    }
  }
}
