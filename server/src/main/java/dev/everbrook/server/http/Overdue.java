package dev.everbrook.server.http;

import dev.everbrook.engine.store.DatabaseWait;
import io.vertx.core.Vertx;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Answers the requests whose work waits for a database that hangs, before their clients give up.
 *
 * <p>A statement or a commit hangs that has no reply for {@link #LOOKS_MAX} looks, though others
 * may be served: a database whose standby is away reads on and commits nothing. The wait for a free
 * connection has a bound of its own where others are served, and counts only if nothing is.
 *
 * <p>The work itself goes on until the driver gives up; what it would reply then is dropped. Safe
 * for use by many threads.
 */
final class Overdue {

  private static final int LOOK_MS = 1_000;

  /** A wait that lasts for so many looks is over for the client: after 8 to 9 s. */
  private static final int LOOKS_MAX = 8;

  private final Set<Work> underWay = ConcurrentHashMap.newKeySet();
  private long served;

  Overdue(Vertx vertx) {
    vertx.setPeriodic(LOOK_MS, _ -> look());
  }

  private void look() {
    long now = DatabaseWait.served();
    boolean hangs = now == served;
    served = now;
    underWay.forEach(work -> work.look(hangs));
  }

  /** The work of one request, on its way. */
  final class Work {
    private final DatabaseWait wait = new DatabaseWait();
    private final Consumer<Optional<Reply>> answer;
    private volatile Optional<Reply> accepted = Optional.empty();
    private int seen;
    private int looks;

    private Work(Consumer<Optional<Reply>> answer) {
      this.answer = answer;
    }

    void run(Runnable handler) {
      try {
        AfterCommit.during(this::accepted, () -> wait.watch(handler));
      } finally {
        underWay.remove(this);
      }
    }

    /** What was ordered is committed: from here on its client is told so. */
    private void accepted(Reply known) {
      accepted = Optional.of(known);
    }

    private void look(boolean hangs) {
      int now = wait.now();
      boolean same = now == seen && now != DatabaseWait.NONE;
      looks = same && (hangs || wait.isSent()) ? looks + 1 : 0;
      seen = now;
      if (looks >= LOOKS_MAX) {
        underWay.remove(this);
        answer.accept(accepted);
      }
    }
  }

  /**
   * Begins the work of a request.
   *
   * @param answer tells the client that the database hangs, or what its handler knew to say of what
   *     it had committed; must not block
   */
  Work begin(Consumer<Optional<Reply>> answer) {
    Work work = new Work(answer);
    underWay.add(work);
    return work;
  }
}
