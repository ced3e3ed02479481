package dev.everbrook.server.http.edge;

import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many bytes of bodies are held at once; what would be more is refused. Safe for use by many
 * threads.
 */
final class ByteBudget {

  private static final int UNIT_BYTES = 1024;

  /** Less than this part of it free is little. */
  private static final int SHORT_PART = 4;

  private final int units;
  private final Semaphore free;

  ByteBudget(long bytesMax) {
    units = Math.toIntExact(bytesMax / UNIT_BYTES);
    free = new Semaphore(units);
  }

  /** Whether little is left. */
  boolean isShort() {
    return free.availablePermits() < units / SHORT_PART;
  }

  /** Whether so many bytes could be held now. */
  boolean hasRoom(long bytes) {
    return free.availablePermits() >= units(bytes);
  }

  private static int units(long bytes) {
    return Math.toIntExact((bytes + UNIT_BYTES - 1) / UNIT_BYTES);
  }

  Share share() {
    return new Share();
  }

  /** What one body holds. */
  final class Share {

    private final AtomicInteger held = new AtomicInteger();

    /**
     * Holds so many bytes in all. Without room for them it returns false and holds as many as
     * before.
     */
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

    /** Holds nothing any more. From any thread, and more than once. */
    void letGo() {
      free.release(held.getAndSet(0));
    }
  }
}
