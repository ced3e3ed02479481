package dev.everbrook.engine.store;

import dev.everbrook.engine.text.OneLine;
import dev.everbrook.engine.world.Loop;
import dev.everbrook.engine.world.World;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the other nodes that something may have changed, through LISTEN and NOTIFY.
 *
 * <p>A ring is a hint and may be lost. A listener therefore also looks by itself now and then, and
 * at once after a gap (a lost connection, or more rings than one round carries). A node does not
 * hear itself.
 *
 * <p>The reason for its design (figures in docs/decisions/004): NOTIFY takes a lock over the whole
 * cluster when its transaction commits. So a NOTIFY never shares a transaction with other work, and
 * all rings of a node within {@link #ROUND} go out in one. The listeners run on one thread and must
 * not block.
 */
public final class Bell implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Bell.class);
  private static final String CHANNEL = "everbrook";
  private static final String GAP = "!gap";
  private static final Duration ROUND = Duration.ofMillis(10);

  /** The interval of probes on the listening connection, since a dead connection gives no sign. */
  private static final Duration PROBE = Duration.ofSeconds(5);

  /** How long the reply to a probe may take, so that no node is deaf for more than 10 s. */
  private static final Duration PROBE_MAX = Duration.ofSeconds(5);

  private static final Duration IDLE = Duration.ofSeconds(10);
  private static final int LISTEN_MS = 200;
  private static final int PAYLOAD_BYTES_MAX = 7_900; // PostgreSQL's limit is below 8,000

  /** The longest ring with its topic, in bytes of UTF-8. */
  static final int RING_BYTES_MAX = 7_500;

  static final int PENDING_MAX = 5_000;

  private final Database database;
  private final World world;
  private final String sender;
  private final Map<String, List<Consumer<String>>> listeners = new ConcurrentHashMap<>();
  private final List<Runnable> gapListeners = new CopyOnWriteArrayList<>();
  private final Set<String> pending = new LinkedHashSet<>();
  private final Session session;
  private final Loop sending;
  private final Loop hearing;
  private boolean listening;
  private boolean missed;
  private long probedAt;

  /** Starts listening. The caller closes the bell before the database's source. */
  public Bell(Database database, World world) {
    this.database = database;
    this.world = world;
    this.sender = world.id().toString();
    this.session = database.apart("the bell", "UNLISTEN *").answeringWithin(PROBE_MAX);
    this.sending = world.loop("bell-send", this::send);
    this.hearing = world.loop("bell-hear", this::hear);
  }

  /**
   * Calls {@code listener} with the note of every ring of this topic by another node. An exception
   * of the listener is logged and the ring is ignored, so that a malformed ring does not affect the
   * others.
   */
  public void on(String topic, Consumer<String> listener) {
    listeners.computeIfAbsent(topic, _ -> new CopyOnWriteArrayList<>()).add(listener);
  }

  /** Calls {@code listener} whenever rings may have been missed. */
  public void onGap(Runnable listener) {
    gapListeners.add(listener);
  }

  /**
   * Rings the other nodes soon; equal rings of one round are one. Never blocks. Rings that could
   * not be sent are kept and sent as soon as the database is back. Beyond {@link #PENDING_MAX}
   * rings, a gap is sent instead.
   *
   * @param note without line breaks, at most {@link #RING_BYTES_MAX} bytes of UTF-8 with its topic;
   *     any other is logged and not rung, since it would be read as several rings or make the whole
   *     round fail
   */
  public void ring(String topic, String note) {
    String line = topic + " " + note;
    boolean fits = line.length() <= RING_BYTES_MAX / 3 || bytes(line) <= RING_BYTES_MAX;
    if (!fits || line.indexOf('\n') >= 0 || line.indexOf('\0') >= 0) {
      log.warn(
          "a ring of {} is too long, has line breaks or U+0000, and was not rung",
          OneLine.of(topic));
      return;
    }
    keep(List.of(line));
    sending.wake();
  }

  private void keep(List<String> lines) {
    synchronized (pending) {
      for (String line : lines) {
        pending.add(pending.size() < PENDING_MAX ? line : GAP);
      }
    }
  }

  private Duration send() {
    List<String> notes;
    synchronized (pending) {
      notes = new ArrayList<>(pending);
      pending.clear();
    }
    if (notes.isEmpty()) {
      return IDLE;
    }
    boolean sent = false;
    try {
      send(notes);
      sent = true;
    } finally {
      if (!sent) {
        keep(notes); // a double ring only costs a look
      }
    }
    return ROUND;
  }

  private void send(List<String> notes) {
    try {
      notify(payloads(notes));
    } catch (StoreFailure e) {
      if (!e.isDataError()) {
        throw e;
      }
      log.warn(
          "{} rings cannot be sent, such as '{}'; a gap is sent instead",
          notes.size(),
          notes.getFirst(),
          e);
      notify(payloads(List.of(GAP)));
    }
  }

  private void notify(List<String> payloads) {
    database.list(
        "SELECT pg_notify(?, payload) FROM unnest(?::text[]) payload",
        row -> true,
        CHANNEL,
        payloads.toArray(String[]::new));
  }

  private List<String> payloads(List<String> notes) {
    List<String> payloads = new ArrayList<>();
    StringBuilder payload = new StringBuilder(sender);
    int length = sender.length();
    for (String note : notes) {
      int more = 1 + bytes(note);
      if (length + more > PAYLOAD_BYTES_MAX) {
        payloads.add(payload.toString());
        payload = new StringBuilder(sender);
        length = sender.length();
      }
      payload.append('\n').append(note);
      length += more;
    }
    payloads.add(payload.toString());
    return payloads;
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  private Duration hear() {
    if (!listening || !session.isConnected()) {
      session.update("LISTEN " + CHANNEL);
      listening = true;
      probedAt = world.nanos();
      missed = true;
    }
    if (missed) {
      missed = false;
      gap();
    }
    if (world.nanos() - probedAt > PROBE.toNanos()) {
      session.list("SELECT 1", row -> true);
      probedAt = world.nanos();
    }
    PGNotification[] heard = session.on(Bell::next);
    missed = heard.length > 0; // until all of them have been delivered
    for (PGNotification notification : heard) {
      heard(notification.getParameter());
    }
    missed = false;
    return Duration.ZERO;
  }

  private static PGNotification[] next(java.sql.Connection connection) throws SQLException {
    PGNotification[] heard = connection.unwrap(PGConnection.class).getNotifications(LISTEN_MS);
    return heard == null ? new PGNotification[0] : heard;
  }

  private void heard(String payload) {
    String[] lines = payload.split("\n", -1);
    if (lines[0].equals(sender)) {
      return;
    }
    for (int i = 1; i < lines.length; i++) {
      if (lines[i].equals(GAP)) {
        gap();
      } else {
        deliver(lines[i]);
      }
    }
  }

  private void deliver(String line) {
    int space = line.indexOf(' ');
    if (space < 0) {
      log.warn("a ring without a topic was ignored: {} bytes", bytes(line));
      return;
    }
    String note = line.substring(space + 1);
    for (Consumer<String> listener : listeners.getOrDefault(line.substring(0, space), List.of())) {
      try {
        listener.accept(note);
      } catch (Throwable e) { // wide: the other listeners still get the ring
        log.warn("a ring could not be handled and was ignored: {}", OneLine.of(line), e);
      }
    }
  }

  private void gap() {
    for (Runnable listener : gapListeners) {
      try {
        listener.run();
      } catch (Throwable e) { // wide: the other listeners need the gap too
        log.warn("a gap could not be handled", e);
      }
    }
  }

  @Override
  public void close() {
    Loop.closeAll(List.of(sending, hearing)); // waits for at most one look
    session.close();
  }
}
