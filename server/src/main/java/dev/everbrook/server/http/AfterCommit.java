package dev.everbrook.server.http;

import dev.everbrook.engine.store.StoreFailure;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads for the reply to a request whose effect has been committed. A client that is told to try
 * again would order the same once more, so a database that does not answer is asked again, and in
 * the end the reply says what is known without it.
 */
public final class AfterCommit {

  private static final Logger log = LoggerFactory.getLogger(AfterCommit.class);

  /** Each try waits for a connection for as long as the pool lets it. */
  private static final int TRIES_MAX = 3;

  /** A look into the database. */
  @FunctionalInterface
  public interface Look<T> {
    T look() throws InterruptedException;
  }

  private static final ScopedValue<Consumer<Reply>> REQUEST = ScopedValue.newInstance();

  private AfterCommit() {}

  /** Runs the work of a request, whose client can be told by {@code accepted} what is known. */
  static void during(Consumer<Reply> accepted, Runnable work) {
    ScopedValue.where(REQUEST, accepted).run(work);
  }

  /**
   * Says what the client of the request on this thread is told, should the database hang from here
   * on: that its order was committed, and where to look for what comes of it.
   */
  public static void accepted(Reply otherwise) {
    if (REQUEST.isBound()) {
      REQUEST.get().accept(otherwise);
    }
  }

  /** What the look finds; nothing if the database failed each time. Never null. */
  public static <T> Optional<T> read(Look<T> look) throws InterruptedException {
    for (int tries = 1; ; tries++) {
      try {
        return Optional.of(look.look());
      } catch (StoreFailure e) {
        if (!e.worthRetrying() || tries == TRIES_MAX) {
          log.warn("a committed result could not be read: {}", e.getMessage());
          return Optional.empty();
        }
      }
    }
  }
}
