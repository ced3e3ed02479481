package dev.everbrook.engine.job.lane;

import dev.everbrook.engine.job.LaneClosed;
import dev.everbrook.engine.job.LaneLimits;
import dev.everbrook.engine.job.LaneView;
import dev.everbrook.engine.job.Lanes;
import dev.everbrook.engine.store.Bell;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Tx;
import dev.everbrook.engine.text.Excerpt;
import dev.everbrook.engine.text.Names;
import dev.everbrook.engine.text.OneLine;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/** The lanes as rows of {@code everbrook.lane}. Safe for use by many threads. */
public final class LaneTable implements Lanes {

  private static final JsonMapper JSON = JsonMapper.shared();
  private static final Logger log = LoggerFactory.getLogger(LaneTable.class);
  private static final String BELL_CLOSED = "lane-closed";
  private static final int REASON_MAX = 500;

  private static final String LANED =
      """
      INSERT INTO everbrook.queue AS q (name, laned) VALUES (?, true)
      ON CONFLICT (name) DO UPDATE SET laned = true
      """;

  private static final String LIMIT =
      """
      INSERT INTO everbrook.lane (queue, name, own, weight, running_max, rate, burst, token_rate,
                                  token_burst)
      VALUES (?, ?, true, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (queue, name) DO UPDATE
         SET own = true, weight = excluded.weight, running_max = excluded.running_max,
             rate = excluded.rate, burst = excluded.burst, token_rate = excluded.token_rate,
             token_burst = excluded.token_burst
      """;

  private static final String UNLIMIT =
      """
      UPDATE everbrook.lane
         SET own = false, weight = 1, running_max = NULL, rate = NULL, burst = NULL,
             token_rate = NULL, token_burst = NULL
       WHERE queue = ? AND name = ?
      """;

  private static final String CLOSE =
      """
      INSERT INTO everbrook.lane AS l (queue, name, closed_until, closed_why)
      VALUES (?, ?, clock_timestamp() + ? * interval '1 ms', ?)
      ON CONFLICT (queue, name) DO UPDATE
         SET closed_why = CASE WHEN l.closed_until < excluded.closed_until
                               THEN excluded.closed_why ELSE l.closed_why END,
             closed_until = greatest(l.closed_until, excluded.closed_until)
      RETURNING closed_until
      """;

  private static final String OPEN =
      """
      UPDATE everbrook.lane SET closed_until = '-infinity', closed_why = NULL
       WHERE queue = ? AND name = ? AND closed_until > now()
      """;

  private static final String WAIT_SHORTLY = "SELECT set_config('lock_timeout', ?, true)";

  /** Claims lock the queue's row before those of its lanes. */
  private static final String LOCK_QUEUE = "SELECT FROM everbrook.queue WHERE name = ? FOR UPDATE";

  /** How long a run's end waits for the row of a lane, or of a queue. */
  private static final Duration LOCK_MAX = Duration.ofMillis(200);

  /** Only a lane with a limit on tokens gets a refund. */
  private static final String SETTLE =
      """
      WITH patience AS MATERIALIZED (SELECT set_config('lock_timeout', ?, true))
      UPDATE everbrook.lane SET tokens = tokens + ?
       WHERE (SELECT count(*) FROM patience) > 0 AND queue = ? AND name = ?
         AND EXISTS (SELECT FROM everbrook.lanes_at(?, ARRAY[?::text], now())
                      WHERE token_rate IS NOT NULL)
      """;

  /** Locks the queue's row first, as claims do. Only existing limits get a refund. */
  private static final String REFUND =
      """
      WITH patience AS MATERIALIZED (SELECT set_config('lock_timeout', ?, true)),
           refunded AS (
             UPDATE everbrook.queue SET allowance = allowance + ?
              WHERE (SELECT count(*) FROM patience) > 0 AND name = ? AND rate IS NOT NULL
             RETURNING name)
      UPDATE everbrook.lane SET allowance = allowance + ?
       WHERE (SELECT count(*) FROM refunded) >= 0 AND queue = ? AND name = ?
         AND EXISTS (SELECT FROM everbrook.lanes_at(?, ARRAY[?::text], now())
                      WHERE rate IS NOT NULL)
      """;

  private final Database database;
  private final Bell bell;
  private final BiConsumer<Tx, String> wake;
  private final LaneList list;
  private final List<ClosedLanes> listeners = new CopyOnWriteArrayList<>();

  /**
   * @param wake called with each queue whose limits a transaction changes
   */
  public LaneTable(Database database, Bell bell, BiConsumer<Tx, String> wake) {
    this.database = database;
    this.bell = bell;
    this.wake = wake;
    this.list = new LaneList(database);
    bell.on(BELL_CLOSED, note -> tell(JSON.readValue(note, LaneClosed.class)));
  }

  @Override
  public void onClosed(Consumer<LaneClosed> listener) {
    listeners.add(new ClosedLanes(listener));
  }

  @Override
  public LaneView.Page list(String queue, String from, int most) {
    return list.list(queue, from, most);
  }

  @Override
  public void limit(String queue, String lane, LaneLimits limits) {
    database.run(tx -> limit(tx, queue, lane, limits));
  }

  @Override
  public void limit(Tx tx, String queue, String lane, LaneLimits limits) {
    named(queue, lane);
    tx.update(LANED, queue);
    tx.update(
        LIMIT,
        queue,
        lane,
        limits.weight(),
        limits.atOnce().isPresent() ? limits.atOnce().getAsInt() : null,
        limits.rate().map(LaneLimits.Rate::perSecond).orElse(null),
        limits.rate().map(LaneLimits.Rate::burst).orElse(null),
        limits.tokens().map(LaneLimits.Rate::perSecond).orElse(null),
        limits.tokens().map(LaneLimits.Rate::burst).orElse(null));
    wake.accept(tx, queue);
  }

  private static void named(String queue, String lane) {
    Names.check("a job's queue", queue);
    if (!lane.isEmpty()) {
      Names.check("a job's lane", lane);
    }
  }

  @Override
  public void unlimit(String queue, String lane) {
    database.run(tx -> unlimit(tx, queue, lane));
  }

  @Override
  public void unlimit(Tx tx, String queue, String lane) {
    named(queue, lane);
    tx.list(LOCK_QUEUE, row -> true, queue);
    tx.update(UNLIMIT, queue, lane);
    wake.accept(tx, queue);
  }

  @Override
  public void close(String queue, String lane, Duration time, String reason) {
    database.run(tx -> close(tx, queue, lane, time, reason));
  }

  @Override
  public void close(Tx tx, String queue, String lane, Duration time, String reason) {
    if (lane.equals(ALL)) {
      throw new IllegalArgumentException(
          "the lane * holds the limits of others and cannot be closed; pause the queue, or close its"
              + " lanes one by one");
    }
    limited(tx, queue, lane, time, reason);
  }

  /**
   * Closes a lane as a job of it asks for.
   *
   * @throws dev.everbrook.engine.store.StoreFailure also if others hold the queue for long; the
   *     same may succeed later
   */
  public void limited(String queue, String lane, Duration time, String reason) {
    database.run(tx -> {
      tx.list(WAIT_SHORTLY, row -> true, lockMax());
      limited(tx, queue, lane, time, reason);
    });
  }

  private void limited(Tx tx, String queue, String lane, Duration time, String reason) {
    named(queue, lane);
    if (time.compareTo(CLOSED_MAX) > 0) {
      log.warn(
          "lane '{}' of queue {} is closed for {}, not {}",
          OneLine.of(lane),
          queue,
          CLOSED_MAX,
          time);
    }
    String why = Excerpt.of(reason, REASON_MAX);
    long ms = bounded(time).toMillis();
    tx.update(LANED, queue);
    Instant until =
        tx.only(
            CLOSE,
            row -> row.getTimestamp(1).toInstant(),
            queue,
            lane,
            ms,
            why.replace('\0', '\uFFFD'));
    LaneClosed closed = new LaneClosed(queue, lane, until, why);
    tx.afterCommit(() -> {
      tell(closed);
      bell.ring(BELL_CLOSED, JSON.writeValueAsString(closed));
    });
  }

  @Override
  public void open(String queue, String lane) {
    database.run(tx -> open(tx, queue, lane));
  }

  @Override
  public void open(Tx tx, String queue, String lane) {
    named(queue, lane);
    tx.list(LOCK_QUEUE, row -> true, queue);
    tx.update(OPEN, queue, lane);
    wake.accept(tx, queue);
  }

  /**
   * Refunds unused tokens to a lane, or charges it for further ones.
   *
   * @param tokens negative for a charge
   * @throws dev.everbrook.engine.store.StoreFailure also if the lane's row stays locked
   */
  public void settle(String queue, String lane, int tokens) {
    database.update(SETTLE, lockMax(), tokens, queue, lane, queue, lane);
  }

  /**
   * Refunds to the rates of lane and queue the jobs that were claimed and did not begin.
   *
   * @throws dev.everbrook.engine.store.StoreFailure also if a row of these stays locked
   */
  public void refund(String queue, String lane, int jobs) {
    database.update(REFUND, lockMax(), jobs, queue, jobs, queue, lane, queue, lane);
  }

  private static Duration bounded(Duration time) {
    if (time.isNegative()) {
      return Duration.ZERO;
    }
    return time.compareTo(CLOSED_MAX) > 0 ? CLOSED_MAX : time;
  }

  private static String lockMax() {
    return Long.toString(LOCK_MAX.toMillis());
  }

  private void tell(LaneClosed closed) {
    log.info(
        "lane '{}' of queue {} is closed until {}: {}",
        OneLine.of(closed.lane()),
        OneLine.of(closed.queue()),
        closed.until(),
        OneLine.of(closed.reason()));
    listeners.forEach(it -> it.tell(closed));
  }
}
