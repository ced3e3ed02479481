package dev.everbrook.server.http.edge;

import dev.everbrook.engine.store.DatabaseWait;
import dev.everbrook.server.http.AfterCommit;
import dev.everbrook.server.http.Reply;
import io.vertx.core.Vertx;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers running requests while the database hangs, before their clients give up. The work itself
 * continues until the driver gives up; its reply is then dropped.
 *
 * <p>The database hangs as a whole if it serves no statement although statements are sent; the
 * node's beat sends one every second. Then every request is answered, also one that waits for an
 * event of a stream. If the database serves other requests, a request is answered if its own
 * statement or commit has no reply: a database without its synchronous standby serves reads but no
 * commit. In that case the wait for a free connection has its own bound. Safe for use by many
 * threads.
 */
final class OverdueRequests {

  private static final Logger log = LoggerFactory.getLogger(OverdueRequests.class);
  private static final int LOOK_MS = 1_000;

  /** The looks without a served statement until the database counts as hanging: 8 to 9 s. */
  private static final int SILENT_LOOKS_MAX = 8;

  /** The looks without a reply to a request's own statement until it is answered: 8 to 9 s. */
  private static final int UNANSWERED_LOOKS_MAX = 8;

  /**
   * The fewest looks at a request before it is answered, since a new request may be about to end.
   */
  private static final int OWN_LOOKS_MIN = 2;

  private final Set<Work> underWay = ConcurrentHashMap.newKeySet();
  private DatabaseWait.Tally before = DatabaseWait.tally();
  private int silentLooks;

  OverdueRequests(Vertx vertx) {
    vertx.setPeriodic(LOOK_MS, _ -> look());
  }

  private void look() {
    DatabaseWait.Tally now = DatabaseWait.tally();
    silentLooks = silentLooks(silentLooks, before, now);
    before = now;
    lookAll(silentLooks >= SILENT_LOOKS_MAX);
  }

  /** Looks at each request; a failure of one does not affect the others. */
  void lookAll(boolean hangs) {
    underWay.forEach(work -> lookAt(work, hangs));
  }

  private static void lookAt(Work work, boolean hangs) {
    try {
      work.look(hangs);
    } catch (Throwable e) { // wide: the other requests must still be looked at
      log.error("a request could not be answered while the database hangs", e);
    }
  }

  /** The number of looks in a row without a served statement, since the first unanswered one. */
  static int silentLooks(int until, DatabaseWait.Tally before, DatabaseWait.Tally now) {
    boolean asked = now.begun() > before.begun() || now.begun() > now.ended();
    return now.served() > before.served() ? 0 : until > 0 || asked ? until + 1 : 0;
  }

  /** The running work of one request. */
  final class Work {
    private final DatabaseWait wait = new DatabaseWait();
    private final Consumer<Optional<Reply>> answer;
    private volatile Optional<Reply> accepted = Optional.empty();
    private int waitSeen = DatabaseWait.NONE;
    private int unansweredLooks;
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

    /** Sets the reply for a committed change in case the database hangs from now on. */
    private void accepted(Reply known) {
      accepted = Optional.of(known);
    }

    private void look(boolean hangs) {
      looks++;
      boolean overdue = isUnanswered() || hangs && looks >= OWN_LOOKS_MIN;
      if (overdue && underWay.remove(this)) {
        answer.accept(accepted);
      }
    }

    private boolean isUnanswered() {
      int now = wait.now();
      boolean same = now == waitSeen && now != DatabaseWait.NONE;
      unansweredLooks = same && wait.isSent() ? unansweredLooks + 1 : 0;
      waitSeen = now;
      return unansweredLooks >= UNANSWERED_LOOKS_MAX;
    }
  }

  /**
   * Begins the work of a request.
   *
   * @param answer sends the handler's reply for a committed change, or the failure of a hanging
   *     database; must not block
   */
  Work begin(Consumer<Optional<Reply>> answer) {
    Work work = new Work(answer);
    underWay.add(work);
    return work;
  }
}
