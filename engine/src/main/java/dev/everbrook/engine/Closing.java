package dev.everbrook.engine;

import dev.everbrook.engine.store.Database;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes the parts of a node one after the other, in a time that does not depend on the database.
 *
 * <p>Only a statement can hang, since a thread in a statement cannot be interrupted. When the time
 * is up, all connections are therefore aborted. This ends the statements, and the remaining parts
 * close at once.
 */
final class Closing {

  private static final Logger log = LoggerFactory.getLogger(Closing.class);

  /** How long all parts may take to close in order, beyond the grace of running jobs. */
  private static final Duration ORDERLY_MAX = Duration.ofSeconds(7);

  /** How long they may take after the connections were aborted. */
  private static final Duration BROKEN_OFF_MAX = Duration.ofMillis(2_500);

  private final Database database;
  private final Duration grace;

  Closing(Database database, Duration grace) {
    this.database = database;
    this.grace = grace;
  }

  /** Returns when all are closed, or when the time is up. */
  void run(List<AutoCloseable> parts) {
    // Not a virtual thread: the interrupt below would close the sockets under it.
    Thread closing =
        Thread.ofPlatform().daemon().name("everbrook-close").start(() -> closeAll(parts));
    boolean interrupted = !await(closing, grace.plus(ORDERLY_MAX));
    if (closing.isAlive()) {
      log.warn("this node could not be closed in order in {}; the rest is aborted", ORDERLY_MAX);
      database.breakOff();
      closing.interrupt();
      interrupted |= !await(closing, BROKEN_OFF_MAX);
    }
    if (closing.isAlive()) {
      log.warn("this node is left before all of it has closed");
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns false if the caller was interrupted and so does not wait for an orderly end. */
  private static boolean await(Thread closing, Duration most) {
    try {
      closing.join(most);
      return true;
    } catch (InterruptedException _) {
      return false;
    }
  }

  private static void closeAll(List<AutoCloseable> parts) {
    for (AutoCloseable part : parts) {
      try {
        part.close();
      } catch (Throwable e) { // wide: a part that fails to close must not keep the others
        log.warn("a part of this node did not close cleanly", e);
      }
    }
  }
}
