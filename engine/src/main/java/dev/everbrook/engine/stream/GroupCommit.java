package dev.everbrook.engine.stream;

import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Membership;
import dev.everbrook.engine.store.Session;
import dev.everbrook.engine.store.StoreFailure;
import dev.everbrook.engine.world.Loop;
import dev.everbrook.engine.world.World;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the events of all streams of this node durable: one connection, one statement a flush.
 *
 * <p><b>Invariants.</b>
 *
 * <ol>
 *   <li><i>Dense.</i> A writer numbers its events itself and a flush takes them in order, at most
 *       one piece a stream. The next flush begins only when this one is decided, and a stream whose
 *       piece failed gets no further one. So the database always has the events 0 to n without a
 *       gap.
 *   <li><i>Shown means durable.</i> The listener is called after the commit returned.
 *   <li><i>One owner.</i> Opening a stream on another node happens only after this node's
 *       incarnation was ended in {@code everbrook.node}, which the statement reads FOR KEY SHARE
 *       (see {@link Membership}); opening it again on this node revokes the older writer and waits
 *       for its last piece. If two ever write nevertheless, the key (stream, seq) lets one row win;
 *       the loser finds bytes other than its own and stops.
 *   <li><i>Idempotent.</i> When the connection breaks, the outcome of the flush is unknown; the
 *       same flush is sent again until its outcome is known.
 *   <li><i>Follows on.</i> After a reconnect another server may answer, such as a standby that
 *       lagged. So before the first flush on a new connection, each writer's last durable number is
 *       compared with the database; a writer whose events are lost writes no more.
 *   <li><i>Whole.</i> An Error, for example when memory runs out, loses no events: a writer's piece
 *       is in {@link #gathered} or {@link #undecided} before it leaves its previous place, and the
 *       next step continues with it.
 *   <li><i>Alone in failure.</i> A rejected piece is found by halving the flush, and fails its own
 *       stream only. An unspecific error counts as a rejection if the database accepts the same
 *       statement without rows.
 * </ol>
 *
 * <p>How long events gather: by default each event is flushed at once. If many streams write,
 * events gather for half the time of the last flushes, at most {@link #LINGER_MAX}. So the database
 * is busy two thirds of the time at most, and with many streams a flush holds several events of
 * each. (With the whole time of the last flush instead, recovering from one slow flush would take
 * dozens of flushes: docs/decisions/007.)
 */
final class GroupCommit implements StreamWriter.Group, AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(GroupCommit.class);
  private static final Duration LINGER_MAX = Duration.ofMillis(50);
  private static final Duration LINGER_MIN = Duration.ofNanos(2_500_000);
  private static final int FEW_PIECES = 24;
  private static final Duration IDLE = Duration.ofSeconds(10);
  private static final int PIECES_MAX = 20_000;
  private static final int FLUSH_BYTES_MAX = 8 << 20;
  private static final int PIECE_BYTES_MAX = 64 * 1024;

  private final Membership membership;
  private final World world;
  private final Committed.Listener listener;
  private final Session session;
  private final ConcurrentLinkedQueue<StreamWriter> dirty = new ConcurrentLinkedQueue<>();
  private final Map<Long, StreamWriter> writers = new ConcurrentHashMap<>();
  private final Loop loop;

  /** Pieces taken from their writers that are in no flush yet. Used by the loop alone. */
  private final ArrayList<Piece> gathered = new ArrayList<>();

  /** Flushes without a known outcome. Used by the loop alone. */
  private final Deque<Flush> undecided = new ArrayDeque<>();

  /** Whether the writers were compared with the current connection's server. */
  private boolean compared;

  /** A flush that failed while the database accepted the same statement without rows. */
  private @Nullable Flush suspect;

  /** Created in advance, since it is needed when memory may have run out. */
  private final StreamFailure untold =
      new StreamFailure(
          StreamFailure.Reason.FENCED, "the outcome of the last write is unknown; try again");

  private final Timer flushes;
  private final Counter events;
  private long lastFlushNanos;
  private long flushNanosBefore;

  /** When pieces were last gathered; below, over which time, and how many. */
  private long gatheredAt;

  private long gatheringNanos;
  private int gatheredPieces;

  GroupCommit(
      Database database,
      Membership membership,
      World world,
      Committed.Listener listener,
      MeterRegistry meters) {
    this.flushes = meters.timer("everbrook.stream.flush");
    this.events = meters.counter("everbrook.stream.events");
    this.membership = membership;
    this.world = world;
    this.listener = listener;
    this.session = database.dedicated("the group commit");
    this.gatheredAt = world.nanos();
    membership.onLost(this::lost);
    this.loop = world.loop("flush", this::step);
  }

  /** Registers the stream's only writer on this node. */
  void opened(StreamWriter writer) {
    writers.put(writer.ref().id(), writer);
    if (writer.node() != membership.node()) {
      writer.fail(fenced());
    }
  }

  /** Ends the right of an older writer on this node, if there is one. */
  void revoke(long stream) throws InterruptedException {
    StreamWriter older = writers.get(stream);
    if (older != null) {
      older.revoke();
      forget(older);
    }
  }

  @Override
  public void forget(StreamWriter writer) {
    writers.remove(writer.ref().id(), writer);
  }

  @Override
  public void dirty(StreamWriter writer) {
    dirty.add(writer);
    loop.wake();
  }

  private void lost(long node) {
    for (StreamWriter writer : List.copyOf(writers.values())) {
      if (writer.node() == node) {
        writer.fail(fenced());
        if (writer.isOver()) {
          forget(writer);
        }
      }
    }
  }

  private static StreamFailure fenced() {
    return new StreamFailure(
        StreamFailure.Reason.FENCED, "other nodes declared this one dead and own the stream");
  }

  private Duration step() throws InterruptedException {
    if (undecided.isEmpty()) {
      if (dirty.isEmpty() && gathered.isEmpty()) {
        return IDLE;
      }
      linger();
      gather();
    }
    while (!undecided.isEmpty()) {
      if (compared && session.isConnected()) {
        decide(undecided.getFirst());
      } else {
        compare(); // connects
        compared = true;
      }
    }
    return Duration.ZERO;
  }

  private void linger() throws InterruptedException {
    long usual = Math.min(lastFlushNanos, flushNanosBefore); // one slow flush does not count
    if (piecesIn(LINGER_MIN.toNanos() + usual) <= FEW_PIECES) {
      return;
    }
    long nanos = Math.clamp(usual / 2, LINGER_MIN.toNanos(), LINGER_MAX.toNanos());
    world.rest(Duration.ofNanos(nanos));
  }

  /**
   * How many pieces arrive in this time, by the recent rate. The size of the last flush would be a
   * worse measure: it depends on whether the flush waited, so either decision would sustain itself.
   */
  private double piecesIn(long nanos) {
    return (double) gatheredPieces / Math.max(1, gatheringNanos) * nanos;
  }

  private void gather() {
    int bytes = gathered.stream().mapToInt(Piece::weight).sum();
    StreamWriter writer;
    while (gathered.size() < PIECES_MAX
        && bytes < FLUSH_BYTES_MAX
        && (writer = dirty.peek()) != null) {
      gathered.ensureCapacity(gathered.size() + 1); // a taken piece must have a place
      Optional<Piece> piece = writer.take(PIECE_BYTES_MAX);
      piece.ifPresent(gathered::add);
      dirty.remove();
      bytes += piece.map(Piece::weight).orElse(0);
    }
    if (!gathered.isEmpty()) {
      gatheringNanos = world.nanos() - gatheredAt;
      gatheredAt += gatheringNanos;
      gatheredPieces = gathered.size();
      undecided.addAll(flushesByNode());
      gathered.clear();
    }
  }

  /** Nearly always one flush; two if the node changed its incarnation meanwhile. */
  private List<Flush> flushesByNode() {
    Set<Long> nodes = new HashSet<>();
    gathered.forEach(piece -> nodes.add(piece.writer().node()));
    List<Flush> flushes = new ArrayList<>();
    for (long node : nodes) {
      flushes.add(
          new Flush(node, gathered.stream().filter(it -> it.writer().node() == node).toList()));
    }
    return flushes;
  }

  /** Finds the writers whose last events are missing from the database. */
  private void compare() {
    List<StreamWriter> open = List.copyOf(writers.values());
    for (int from = 0; from < open.size(); from += StreamLog.TAILS_MAX) {
      List<StreamWriter> some =
          open.subList(from, Math.min(open.size(), from + StreamLog.TAILS_MAX));
      long[] streams = some.stream().mapToLong(it -> it.ref().id()).toArray();
      Map<Long, Long> there =
          session.list(StreamLog.TAILS, StreamLog.POSITION, streams).stream()
              .collect(
                  Collectors.toMap(
                      StreamLog.TailPosition::stream, StreamLog.TailPosition::next, Math::max));
      for (StreamWriter writer : some) {
        Long next = there.get(writer.ref().id());
        if (next != null && next < writer.durable()) {
          truncated(writer, next);
        }
      }
    }
  }

  private void truncated(StreamWriter writer, long next) {
    StreamFailure why = StreamFailure.truncated(writer.ref(), next);
    log.error("events {} to {}: {}", next, writer.durable() - 1, why.getMessage());
    Set<Piece> late = new HashSet<>();
    List<Flush> flushes = List.copyOf(undecided);
    flushes.forEach(
        flush -> flush.pieces().stream().filter(it -> it.writer() == writer).forEach(late::add));
    List<Flush> left =
        flushes.stream().map(it -> it.without(late)).filter(it -> !it.pieces().isEmpty()).toList();
    undecided.clear();
    undecided.addAll(left);
    writer.rejected(why);
    forget(writer);
    listener.truncated(writer.ref(), next);
  }

  /** Returns when the outcome of the flush is known; throws if the flush has to be sent again. */
  private void decide(Flush flush) {
    long start = world.nanos();
    Flush.Result result;
    try {
      result = flush.write(session);
    } catch (StoreFailure e) {
      if (!e.isDataError()) {
        compared = false;
        if (e.worthRetrying() || !Flush.isTaken(session, flush.node())) {
          throw e; // not caused by these events: the same flush is sent again
        }
        if (suspect != flush) {
          suspect = flush; // the cause may be gone by now: try once more
          return;
        }
      }
      reject(flush, e);
      return;
    }
    flushNanosBefore = lastFlushNanos;
    lastFlushNanos = world.nanos() - start;
    flushes.record(lastFlushNanos, TimeUnit.NANOSECONDS);
    List<Piece> foreign =
        result == Flush.Result.DOUBTFUL ? flush.verify(session) : List.of(); // may throw as well
    switch (result) {
      case WRITTEN, DOUBTFUL -> {
        undecided.removeFirst();
        written(flush, foreign);
      }
      case NODE_LOST -> {
        flush.pieces().forEach(piece -> reject(piece, fenced()));
        undecided.removeFirst();
      }
    }
  }

  private void reject(Flush flush, StoreFailure cause) {
    if (flush.pieces().size() > 1) {
      List<Flush> halves = flush.halves();
      undecided.removeFirst();
      undecided.addFirst(halves.getLast());
      undecided.addFirst(halves.getFirst());
      return;
    }
    Piece piece = flush.pieces().getFirst();
    log.error("stream {} was rejected", piece.writer().ref().publicId(), cause);
    reject(
        piece,
        new StreamFailure(
            StreamFailure.Reason.REJECTED,
            "the database rejected the events: " + cause.getMessage()));
    undecided.removeFirst();
  }

  private void reject(Piece piece, StreamFailure why) {
    piece.writer().rejected(why);
    forget(piece.writer());
  }

  private void written(Flush flush, List<Piece> foreign) {
    List<Piece> pieces = flush.pieces();
    List<Committed> committed = new ArrayList<>(pieces.size());
    int told = 0;
    try {
      for (; told < pieces.size(); told++) {
        tell(pieces.get(told), foreign, committed);
      }
    } finally {
      for (;
          told < pieces.size();
          told++) { // only after an Error: their writers would wait for ever
        reject(pieces.get(told), untold);
      }
    }
    listener.committed(committed);
  }

  private void tell(Piece piece, List<Piece> foreign, List<Committed> committed) {
    StreamWriter writer = piece.writer();
    if (foreign.contains(piece)) {
      log.warn("stream {} has another writer", writer.ref().publicId());
      reject(piece, fenced());
      return;
    }
    if (writer.committed(piece)) {
      dirty.add(writer);
    } else if (writer.isOver()) {
      forget(writer);
    }
    events.increment(piece.entries().events().size());
    committed.add(new Committed(writer.ref(), piece.entries(), piece.ending().isPresent()));
  }

  /** Fails the writers that still wait for an event to become durable. */
  @Override
  public void close() {
    loop.close();
    session.close();
    for (StreamWriter writer : List.copyOf(writers.values())) {
      writer.rejected(
          new StreamFailure(StreamFailure.Reason.FENCED, "this node is stopping; try again"));
    }
  }
}
