package dev.everbrook.engine;

import dev.everbrook.engine.store.Database;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes the parts of a node one after the other, in a time that does not depend on the database.
 *
 * <p>What hangs, hangs in a statement, since a thread in one cannot be interrupted. So when the
 * time is up all connections are broken off, which ends the statements, and the rest closes at
 * once.
 */
final class Closing {

  private static final Logger log = LoggerFactory.getLogger(Closing.class);

  /** How long all parts may take to close in order, beyond the grace of what runs. */
  private static final Duration ORDERLY_MAX = Duration.ofSeconds(7);

  /** How long they may take after the connections were broken off. */
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
      log.warn("this node could not be closed in order in {}; the rest is broken off", ORDERLY_MAX);
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

  /** Returns false if the caller was interrupted: it does not want to wait for good order. */
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
