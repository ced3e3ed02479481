package dev.everbrook.server.http.edge;

import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The budget for the bytes of bodies held at once; a body beyond it is refused. Safe for use by
 * many threads.
 */
final class ByteBudget {

  private static final int UNIT_BYTES = 1024;

  /** Room is short if less than this fraction is free. */
  private static final int SHORT_PART = 4;

  private final int units;
  private final Semaphore free;

  ByteBudget(long bytesMax) {
    units = Math.toIntExact(bytesMax / UNIT_BYTES);
    free = new Semaphore(units);
  }

  /** Whether room is short. */
  boolean isShort() {
    return free.availablePermits() < units / SHORT_PART;
  }

  /** Whether this many bytes could be held now. */
  boolean hasRoom(long bytes) {
    return free.availablePermits() >= units(bytes);
  }

  private static int units(long bytes) {
    return Math.toIntExact((bytes + UNIT_BYTES - 1) / UNIT_BYTES);
  }

  Share share() {
    return new Share();
  }

  /** The share of one body. */
  final class Share {

    private final AtomicInteger held = new AtomicInteger();

    /** Grows to this many bytes in total. Without room it returns false and does not change. */
    boolean grow(long bytes) {
      int more = units(bytes) - held.get();
      if (more > 0) {
        if (!free.tryAcquire(more)) {
          return false;
        }
        held.addAndGet(more);
      }
      return true;
    }

    /** Releases the share. May be called from any thread and more than once. */
    void letGo() {
      free.release(held.getAndSet(0));
    }
  }
}
