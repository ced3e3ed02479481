package dev.everbrook.server.http;

import dev.everbrook.engine.store.StoreFailure;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads data for the reply to a request whose change is committed. A reply that asks the client to
 * retry would cause the change twice. So a failed read is repeated; if the database never answers,
 * the reply has only the facts known without it.
 */
public final class AfterCommit {

  private static final Logger log = LoggerFactory.getLogger(AfterCommit.class);

  /** The most tries; each waits for a connection as long as the pool allows. */
  private static final int TRIES_MAX = 3;

  /** A read of the database. */
  @FunctionalInterface
  public interface Look<T> {
    T look() throws InterruptedException;
  }

  private static final ScopedValue<Consumer<Reply>> REQUEST = ScopedValue.newInstance();

  private AfterCommit() {}

  /**
   * Runs the work of a request; {@code accepted} takes the reply for a client whose change is
   * committed.
   */
  public static void during(Consumer<Reply> accepted, Runnable work) {
    ScopedValue.where(REQUEST, accepted).run(work);
  }

  /**
   * Sets the reply to this thread's request for the case that the database hangs from now on. The
   * change is committed.
   */
  public static void accepted(Reply otherwise) {
    if (REQUEST.isBound()) {
      REQUEST.get().accept(otherwise);
    }
  }

  /**
   * The reply that shows a change; if the database cannot be read now, 202 with the URL of the
   * change.
   */
  public static Reply show(Look<Reply> look, String href) throws InterruptedException {
    Reply elsewhere = Reply.json(202, Map.of("href", href));
    accepted(elsewhere);
    return read(look).orElse(elsewhere);
  }

  /** The result of the look; empty if the database failed each time. Never null. */
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
