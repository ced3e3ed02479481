package dev.everbrook.engine.stream;

import dev.everbrook.engine.store.Session;
import dev.everbrook.engine.store.StoreFailure;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One flush: the pieces of many streams, written by one statement in one transaction.
 *
 * <p>Sending it twice is safe: rows are keyed by (stream, sequence number), and a stream ends only
 * once. When fewer rows changed than were sent, {@link #verify} reads back the stored rows. Equal
 * bytes mean a repeated send; other bytes mean that another writer has written the stream.
 */
final class Flush {

  private static final Logger log = LoggerFactory.getLogger(Flush.class);

  private static final String WRITE =
      """
      WITH alive AS MATERIALIZED (
             SELECT id FROM everbrook.node WHERE id = ? FOR KEY SHARE),
           put AS (
             INSERT INTO everbrook.chunk (stream_id, seq, n, data)
             SELECT c.stream_id, c.seq, c.n, c.data
               FROM alive, unnest(?::bigint[], ?::bigint[], ?::int[], ?::bytea[])
                             AS c(stream_id, seq, n, data)
             ON CONFLICT DO NOTHING
             RETURNING 1),
           ended AS (
             UPDATE everbrook.stream s
                SET state = e.state, events = e.events, body = e.body, usage = e.usage::jsonb,
                    error = e.error::jsonb, closed_at = now(), owner = NULL
               FROM alive, unnest(?::bigint[], ?::int[], ?::text[], ?::bigint[], ?::text[],
                                  ?::text[], ?::text[])
                             AS e(id, epoch, state, events, body, usage, error)
              WHERE s.id = e.id AND s.epoch = e.epoch AND s.state = 'open'
             RETURNING 1)
      SELECT (SELECT count(*) FROM alive), (SELECT count(*) FROM put),
             (SELECT count(*) FROM ended)
      """;

  private static final String READ_BACK =
      """
      SELECT c.stream_id, c.data
        FROM unnest(?::bigint[], ?::bigint[]) AS k(stream_id, seq)
        JOIN everbrook.chunk c ON c.stream_id = k.stream_id AND c.seq = k.seq
      """;

  private static final String READ_ENDED =
      """
      SELECT s.id FROM unnest(?::bigint[], ?::int[]) AS k(id, epoch)
        JOIN everbrook.stream s ON s.id = k.id AND s.epoch = k.epoch AND s.state <> 'open'
      """;

  /**
   * Needed because a repeated flush may arrive after its piece was packed or its stream removed.
   */
  private static final String TAKE_BACK =
      """
      DELETE FROM everbrook.chunk c
       USING unnest(?::bigint[], ?::bigint[]) AS k(stream_id, seq)
       WHERE c.stream_id = k.stream_id AND c.seq = k.seq
         AND (NOT EXISTS (
                SELECT FROM everbrook.stream s WHERE s.id = c.stream_id AND NOT s.packed)
              OR c.seq < (
                SELECT g.seq + g.n FROM everbrook.segment g WHERE g.stream_id = c.stream_id
                 ORDER BY g.seq DESC LIMIT 1))
      """;

  /** The database's answer to the statement. */
  enum Result {
    WRITTEN,
    /** Fewer rows than sent: {@link #verify}. */
    DOUBTFUL,
    /** This incarnation of the node has ended; nothing was written. */
    NODE_LOST
  }

  private final long node;
  private final List<Piece> pieces;
  private final long[] chunkStreams;
  private final long[] chunkSeqs;
  private final int[] chunkSizes;
  private final byte[][] chunkData;
  private final List<Piece> endings;

  Flush(long node, List<Piece> pieces) {
    this.node = node;
    this.pieces = List.copyOf(pieces);
    List<Piece> chunks = pieces.stream().filter(it -> !it.entries().isEmpty()).toList();
    this.chunkStreams = chunks.stream().mapToLong(it -> it.writer().ref().id()).toArray();
    this.chunkSeqs = chunks.stream().mapToLong(it -> it.entries().first()).toArray();
    this.chunkSizes = chunks.stream().mapToInt(it -> it.entries().events().size()).toArray();
    this.chunkData = chunks.stream().map(Piece::packed).toArray(byte[][]::new);
    this.endings = pieces.stream().filter(it -> it.ending().isPresent()).toList();
  }

  List<Piece> pieces() {
    return pieces;
  }

  /** Splits the flush in two, to find the piece that the database rejects. */
  List<Flush> halves() {
    int middle = pieces.size() / 2;
    return List.of(
        new Flush(node, pieces.subList(0, middle)),
        new Flush(node, pieces.subList(middle, pieces.size())));
  }

  /** The same flush without those pieces. */
  Flush without(Set<Piece> gone) {
    return new Flush(node, pieces.stream().filter(it -> !gone.contains(it)).toList());
  }

  /** Whether the database accepts the statement without rows; writes nothing. */
  static boolean isTaken(Session session, long node) {
    try {
      new Flush(node, List.of()).write(session);
      return true;
    } catch (StoreFailure e) {
      log.debug("the database does not even take an empty flush: {}", e.getMessage());
      return false;
    }
  }

  long node() {
    return node;
  }

  Result write(Session session) {
    List<Ending> ends = endings.stream().map(it -> it.ending().orElseThrow()).toList();
    return session
        .list(
            WRITE,
            row -> { // by places and not by names, at every flush
              if (row.getInt(1) == 0) {
                return Result.NODE_LOST;
              }
              boolean all = row.getInt(2) == chunkStreams.length && row.getInt(3) == endings.size();
              return all ? Result.WRITTEN : Result.DOUBTFUL;
            },
            node,
            chunkStreams,
            chunkSeqs,
            chunkSizes,
            chunkData,
            endedStreams(),
            endedEpochs(),
            ends.stream().map(it -> it.state().column()).toArray(String[]::new),
            endings.stream().mapToLong(it -> it.entries().next()).toArray(),
            texts(ends, Ending::body),
            texts(ends, Ending::usage),
            texts(ends, Ending::error))
        .getFirst();
  }

  private static @Nullable String[] texts(
      List<Ending> endings, Function<Ending, Optional<String>> part) {
    @Nullable String[] texts = new @Nullable String[endings.size()];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = part.apply(endings.get(i)).orElse(null);
    }
    return texts;
  }

  private long[] endedStreams() {
    return endings.stream().mapToLong(it -> it.writer().ref().id()).toArray();
  }

  private int[] endedEpochs() {
    return endings.stream().mapToInt(it -> it.writer().epoch()).toArray();
  }

  /** The pieces whose rows in the database differ from those sent. Call it once. */
  List<Piece> verify(Session session) {
    Map<Long, byte[]> stored = new HashMap<>();
    session
        .list(READ_BACK, row -> Map.entry(row.getLong(1), row.getBytes(2)), chunkStreams, chunkSeqs)
        .forEach(it -> stored.put(it.getKey(), it.getValue()));
    Set<Long> ended =
        new HashSet<>(
            session.list(READ_ENDED, row -> row.getLong(1), endedStreams(), endedEpochs()));
    List<Piece> foreign = new ArrayList<>();
    for (Piece piece : pieces) {
      long id = piece.writer().ref().id();
      boolean same = piece.entries().isEmpty() || Arrays.equals(stored.get(id), piece.packed());
      if (!same || piece.ending().isPresent() && !ended.contains(id)) {
        foreign.add(piece);
      }
    }
    session.update(TAKE_BACK, chunkStreams, chunkSeqs);
    return foreign;
  }
}
