package dev.everbrook.benchmark.streams;

import dev.everbrook.benchmark.peer.BenchPostgres;
import dev.everbrook.benchmark.report.Await;
import dev.everbrook.benchmark.report.BenchFailure;
import dev.everbrook.benchmark.report.Latencies;
import dev.everbrook.benchmark.report.Timetable;
import dev.everbrook.postgres.Access;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What a tutorial does: a row per answer, one UPDATE of the whole text for every token, and a
 * trigger that notifies the whole text.
 *
 * <p>It is treated kindly: texts begin empty, statements stay prepared, and the streams take turns
 * on 16 connections. A stream writes its tokens one after the other, as code that awaits each write
 * does; what falls due meanwhile waits.
 */
final class NaiveStreams implements Contender {

  private static final int CONNECTIONS = 16;
  private static final Duration WAIT_MAX = Duration.ofSeconds(60);
  private static final String INVALID_PARAMETER = "22023";

  private static final String TABLE =
      """
      CREATE TABLE advice (
        id bigint PRIMARY KEY, user_id text NOT NULL, content text NOT NULL,
        complete boolean NOT NULL)
      """;

  private static final String TRIGGER =
      """
      CREATE FUNCTION notify_advice() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_notify('advice', json_build_object(
          'entity', 'advice', 'userId', NEW.user_id, 'id', NEW.id, 'complete', NEW.complete,
          'advice', NEW.content)::text);
        RETURN NULL;
      END $$;
      CREATE TRIGGER advice_changed AFTER INSERT OR UPDATE ON advice
        FOR EACH ROW EXECUTE FUNCTION notify_advice();
      """;

  private static final String FILL =
      "INSERT INTO advice SELECT id, 'local', '', false FROM generate_series(0, ? - 1) id";

  private static final String WRITE = "UPDATE advice SET content = ? WHERE id = ?";

  private static final String READ = "SELECT id, content FROM advice ORDER BY id";

  private final Access access;
  private final Text[] texts;
  private final BlockingQueue<Text> ready = new LinkedBlockingQueue<>();
  private final Crew writers = new Crew(CONNECTIONS);
  private final Crew listening = new Crew(1);
  private final NaiveListener listener;
  private final Latencies toDurable = new Latencies();
  private final AtomicLong durable = new AtomicLong();
  private final AtomicLong lost = new AtomicLong();
  private volatile Timetable timetable;
  private volatile boolean stopping;

  /** A stream: its text so far and how many tokens are due. */
  private static final class Text {
    private final int stream;
    private final StringBuilder content = new StringBuilder();
    private long written;
    private int stored;
    private long due;
    private boolean queued;

    Text(int stream) {
      this.stream = stream;
    }

    /** Whether it must queue up. */
    synchronized boolean arrived() {
      due++;
      boolean first = !queued;
      queued = true;
      return first;
    }

    synchronized boolean hasMore() {
      queued = written < due;
      return queued;
    }
  }

  NaiveStreams(Access access, int count) throws InterruptedException {
    this.access = access;
    this.timetable = new Timetable(count, 1, System.nanoTime(), Duration.ZERO);
    this.listener = new NaiveListener(access, count);
    texts = new Text[count];
    for (int i = 0; i < count; i++) {
      texts[i] = new Text(i);
    }
    try (Connection connection = BenchPostgres.connect(access);
        Statement statement = connection.createStatement();
        PreparedStatement fill = connection.prepareStatement(FILL)) {
      statement.execute(TABLE);
      statement.execute(TRIGGER);
      fill.setInt(1, count);
      fill.executeUpdate();
    } catch (SQLException e) {
      throw new BenchFailure("the naive way could not be set up: " + e.getMessage(), e);
    }
    listening.start(listener::listen);
    for (int i = 0; i < CONNECTIONS; i++) {
      writers.start(this::write);
    }
    Await.that("listening", WAIT_MAX, listener::isListening);
  }

  private Void write() throws SQLException, InterruptedException {
    try (Connection connection = BenchPostgres.connect(access);
        PreparedStatement statement = connection.prepareStatement(WRITE)) {
      while (!stopping) {
        Text text = ready.poll(10, TimeUnit.MILLISECONDS);
        if (text != null) {
          write(statement, text);
          if (text.hasMore()) {
            ready.add(text);
          }
        }
      }
    }
    return null;
  }

  private void write(PreparedStatement statement, Text text) throws SQLException {
    long index = text.written;
    text.content.append(Tokens.text(text.stream, index));
    statement.setString(1, text.content.toString());
    statement.setLong(2, text.stream);
    try {
      statement.executeUpdate();
      toDurable.record(System.nanoTime() - timetable.dueAt(text.stream, index));
      durable.incrementAndGet();
      text.stored = text.content.length();
    } catch (SQLException e) {
      if (!INVALID_PARAMETER.equals(e.getSQLState())) {
        throw e;
      }
      lost.incrementAndGet(); // a notification of 8,000 bytes or more fails the UPDATE
    }
    synchronized (text) {
      text.written = index + 1;
    }
  }

  @Override
  public String name() {
    return "naive";
  }

  @Override
  public void begin(Timetable next) {
    timetable = next;
    listener.begin(next);
  }

  @Override
  public void arrive(int stream, long index) {
    if (texts[stream].arrived()) {
      ready.add(texts[stream]);
    }
  }

  @Override
  public long durable() {
    return durable.get();
  }

  @Override
  public long lost() {
    return lost.get();
  }

  /** It may be hopelessly behind: what has not been begun when the time is up never is. */
  @Override
  public void settle() throws InterruptedException {
    stopping = true;
    writers.join(WAIT_MAX);
    Await.that("all notifications", WAIT_MAX, () -> listener.heard() == durable.get());
    listener.stop();
    listening.join(WAIT_MAX);
  }

  @Override
  public void verify() {
    try (Connection connection = BenchPostgres.connect(access);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(READ)) {
      while (rows.next()) {
        Text text = texts[rows.getInt(1)];
        if (!rows.getString(2).contentEquals(text.content.substring(0, text.stored))) {
          throw new BenchFailure("the naive way's row " + text.stream + " holds another text");
        }
      }
    } catch (SQLException e) {
      throw new BenchFailure("the naive way's rows could not be read: " + e.getMessage(), e);
    }
  }

  @Override
  public Latencies toDurable() {
    return toDurable;
  }

  @Override
  public Latencies toReader() {
    return listener.latencies();
  }

  @Override
  public void close() {
    stopping = true;
    listener.stop();
    writers.close();
    listening.close();
  }
}
