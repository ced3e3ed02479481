package dev.everbrook.benchmark.streams;

import dev.everbrook.benchmark.peer.BenchPostgres;
import dev.everbrook.benchmark.report.Latencies;
import dev.everbrook.benchmark.report.Timetable;
import dev.everbrook.postgres.Access;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.postgresql.PGNotification;
import org.postgresql.core.BaseConnection;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One connection that hears all notifications and reads each as JSON, as the reader's backend does.
 *
 * <p>It looks every 5 ms, with an empty statement. The driver's own {@code getNotifications} would
 * not return before a millisecond without a notification has passed, which under load is never.
 */
final class NaiveListener {

  private static final long LOOK_NANOS = Duration.ofMillis(5).toNanos();
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Access access;

  /** How many notifications each stream has had: they come in order, one per token. */
  private final long[] counts;

  private final Latencies latencies = new Latencies();
  private final AtomicLong heard = new AtomicLong();
  private volatile Timetable timetable;
  private volatile boolean listening;
  private volatile boolean stopping;

  NaiveListener(Access access, int streams) {
    this.access = access;
    this.counts = new long[streams];
    this.timetable = new Timetable(streams, 1, System.nanoTime(), Duration.ZERO);
  }

  void begin(Timetable next) {
    timetable = next;
  }

  /** Listens until {@link #stop}. */
  Void listen() throws SQLException {
    try (Connection connection = BenchPostgres.connect(access);
        Statement statement = connection.createStatement()) {
      statement.execute("LISTEN advice");
      listening = true;
      while (!stopping) {
        LockSupport.parkNanos(LOOK_NANOS);
        statement.execute("");
        PGNotification[] found =
            connection.unwrap(BaseConnection.class).getQueryExecutor().getNotifications();
        for (PGNotification notification : found) {
          hear(notification.getParameter());
        }
      }
    }
    return null;
  }

  private void hear(String payload) {
    JsonNode advice = JSON.readTree(payload);
    int stream = advice.get("id").asInt();
    latencies.record(System.nanoTime() - timetable.dueAt(stream, counts[stream]++));
    heard.incrementAndGet();
  }

  boolean isListening() {
    return listening;
  }

  long heard() {
    return heard.get();
  }

  Latencies latencies() {
    return latencies;
  }

  void stop() {
    stopping = true;
  }
}
