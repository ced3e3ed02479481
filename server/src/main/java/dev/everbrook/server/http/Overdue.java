package dev.everbrook.server.http;

import dev.everbrook.engine.store.DatabaseWait;
import io.vertx.core.Vertx;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Answers the requests under way while the database hangs, before their clients give up: those that
 * wait for a statement, and those that wait for what only the database can bring, such as the next
 * event of a stream. A database hangs that serves nothing although it is asked: the beat of the
 * node asks every second. Where it serves others, a request waits for a free connection or a lock,
 * and that has a bound of its own. The work itself goes on until the driver gives up; what it would
 * reply then is dropped. Safe for use by many threads.
 */
final class Overdue {

  private static final int LOOK_MS = 1_000;

  /** For so many looks nothing was served: 8 to 9 s. */
  private static final int SILENT_LOOKS_MAX = 8;

  /** What was not there at the look before may be about to end. */
  private static final int OWN_LOOKS_MIN = 2;

  private final Set<Work> underWay = ConcurrentHashMap.newKeySet();
  private DatabaseWait.Tally before = DatabaseWait.tally();
  private int silentLooks;

  Overdue(Vertx vertx) {
    vertx.setPeriodic(LOOK_MS, _ -> look());
  }

  private void look() {
    DatabaseWait.Tally now = DatabaseWait.tally();
    silentLooks = silentLooks(silentLooks, before, now);
    before = now;
    boolean hangs = silentLooks >= SILENT_LOOKS_MAX;
    underWay.forEach(work -> work.look(hangs));
  }

  /** How many looks in a row the database has served nothing, since it was first asked in vain. */
  static int silentLooks(int until, DatabaseWait.Tally before, DatabaseWait.Tally now) {
    boolean asked = now.begun() > before.begun() || now.begun() > now.ended();
    return now.served() > before.served() ? 0 : until > 0 || asked ? until + 1 : 0;
  }

  /** The work of one request, on its way. */
  final class Work {
    private final Runnable answer;
    private int looks;

    private Work(Runnable answer) {
      this.answer = answer;
    }

    void run(Runnable handler) {
      try {
        handler.run();
      } finally {
        underWay.remove(this);
      }
    }

    private void look(boolean hangs) {
      looks++;
      if (hangs && looks >= OWN_LOOKS_MIN && underWay.remove(this)) {
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
