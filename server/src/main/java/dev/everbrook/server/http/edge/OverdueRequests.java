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
 * Answers the requests under way while the database hangs, before their clients give up. The work
 * itself goes on until the driver gives up; its reply is then dropped.
 *
 * <p>The database hangs as a whole when it serves nothing although it is asked; the beat of the
 * node asks every second. Then every request is answered, also one that waits for what only the
 * database can bring, such as the next event of a stream. Where it serves others, a request is
 * answered if its own statement or commit has no reply: a database whose standby is away reads on
 * and commits nothing. The wait for a free connection has a bound of its own there. Safe for use by
 * many threads.
 */
final class OverdueRequests {

  private static final Logger log = LoggerFactory.getLogger(OverdueRequests.class);
  private static final int LOOK_MS = 1_000;

  /** For so many looks nothing was served: 8 to 9 s. */
  private static final int SILENT_LOOKS_MAX = 8;

  /** For so many looks a request's own statement has had no reply: 8 to 9 s. */
  private static final int UNANSWERED_LOOKS_MAX = 8;

  /** What was not there at the look before may be about to end. */
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

  /** Looks at each request, whatever comes of the others. */
  void lookAll(boolean hangs) {
    underWay.forEach(work -> lookAt(work, hangs));
  }

  private static void lookAt(Work work, boolean hangs) {
    try {
      work.look(hangs);
    } catch (Throwable e) { // wide: the other requests are looked at all the same
      log.error("a request could not be told that the database hangs", e);
    }
  }

  /** How many looks in a row the database has served nothing, since it was first asked in vain. */
  static int silentLooks(int until, DatabaseWait.Tally before, DatabaseWait.Tally now) {
    boolean asked = now.begun() > before.begun() || now.begun() > now.ended();
    return now.served() > before.served() ? 0 : until > 0 || asked ? until + 1 : 0;
  }

  /** The work of one request, on its way. */
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

    /** The change is committed: from here on this is the reply when the database hangs. */
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
   * @param answer tells the client that the database hangs, or the reply that its handler gave for
   *     a committed change; must not block
   */
  Work begin(Consumer<Optional<Reply>> answer) {
    Work work = new Work(answer);
    underWay.add(work);
    return work;
  }
}
