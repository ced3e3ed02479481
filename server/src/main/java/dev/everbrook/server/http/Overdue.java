package dev.everbrook.server.http;

import dev.everbrook.engine.store.DatabaseWait;
import io.vertx.core.Vertx;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Answers the requests whose work waits for a database that hangs, before their clients give up. A
 * database hangs that serves nothing while somebody waits for it: where it serves others, the wait
 * is for a free connection, or a lock, and has a bound of its own. The work itself goes on until
 * the driver gives up; what it would reply then is dropped. Safe for use by many threads.
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
    private final Runnable answer;
    private int seen;
    private int looks;

    private Work(Runnable answer) {
      this.answer = answer;
    }

    void run(Runnable handler) {
      try {
        wait.watch(handler);
      } finally {
        underWay.remove(this);
      }
    }

    private void look(boolean hangs) {
      int now = wait.now();
      looks = hangs && now == seen && now != DatabaseWait.NONE ? looks + 1 : 0;
      seen = now;
      if (looks >= LOOKS_MAX) {
        underWay.remove(this);
        answer.run();
      }
    }
  }

  /**
   * Begins the work of a request.
   *
   * @param answer tells the client that the database hangs; must not block
   */
  Work begin(Runnable answer) {
    Work work = new Work(answer);
    underWay.add(work);
    return work;
  }
}
