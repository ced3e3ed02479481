package dev.everbrook.engine.stream;

import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Row;
import dev.everbrook.engine.store.StoreFailure;
import dev.everbrook.engine.store.Tx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Packs the chunks of ended streams into segments: the same numbers, the same bytes, a tenth of the
 * space. One bounded batch a step; any node may run it.
 *
 * <p><b>Why no event is lost.</b> A step is one transaction: it writes segments, reads them back as
 * readers do, compares each byte with the chunks, and only then deletes exactly these chunks. A
 * concurrent reader sees the log before or after the step, never in between. An aborted step
 * changes nothing. The stream's row is locked, so no other node packs or sweeps it meanwhile; an
 * ended stream has no other writer of chunks. A stream that is too large for one step is packed
 * from its beginning in several, and meanwhile read from both forms.
 */
final class Packer {

  private static final Logger log = LoggerFactory.getLogger(Packer.class);
  private static final int STREAMS_MAX = 50;
  private static final int DAMAGED_MAX = 1_000;
  private static final int CHUNKS_MAX = 10_000;
  private static final int BYTES_MAX = 4 << 20;
  private static final Duration REST = Duration.ofSeconds(2);

  private static final String TAKE =
      """
      SELECT id FROM everbrook.stream
       WHERE state <> 'open' AND NOT packed AND NOT doomed
         AND closed_at <= now() - ? * interval '1 ms' AND id <> ALL (?)
       ORDER BY closed_at LIMIT ? FOR NO KEY UPDATE SKIP LOCKED
      """;

  private static final String READ =
      """
      WITH rows AS (
        SELECT stream_id, seq, n, data, ctid,
               sum(octet_length(data)) OVER (ORDER BY stream_id, seq) AS so_far
          FROM everbrook.chunk WHERE stream_id = ANY (?)
         ORDER BY stream_id, seq LIMIT ?)
      SELECT stream_id, seq, n, data, ctid::text AS place FROM rows
       WHERE so_far - octet_length(data) < ? ORDER BY stream_id, seq
      """;

  private static final String WRITE =
      """
      INSERT INTO everbrook.segment (stream_id, seq, n, bytes, data)
      SELECT * FROM unnest(?::bigint[], ?::bigint[], ?::int[], ?::int[], ?::bytea[])
      """;

  private static final String READ_BACK =
      """
      SELECT g.stream_id, g.seq, g.n, g.bytes, g.data
        FROM unnest(?::bigint[], ?::bigint[]) AS k(stream_id, seq)
        JOIN everbrook.segment g ON g.stream_id = k.stream_id AND g.seq = k.seq
       ORDER BY g.stream_id, g.seq
      """;

  /**
   * Deletes by ctid, since the planner may turn a join into a scan of the whole table. A place that
   * was freed meanwhile ({@code Flush} deletes its double rows) may now hold a chunk of another
   * stream, which must stay; then the number of deleted chunks is too low.
   */
  private static final String DELETE_CHUNKS =
      "DELETE FROM everbrook.chunk WHERE ctid = ANY (?::tid[]) AND stream_id = ANY (?)";

  /**
   * A subselect, since NOT EXISTS would be a join, which the planner may turn into a scan of all
   * chunks.
   */
  private static final String MARK =
      """
      UPDATE everbrook.stream s SET packed = true
       WHERE s.id = ANY (?)
         AND (SELECT c.seq FROM everbrook.chunk c WHERE c.stream_id = s.id LIMIT 1) IS NULL
      """;

  /** Some events of a stream. */
  private record Chunk(long stream, Entries entries) {}

  private record Stored(long stream, long seq, int n, byte[] data, String place) {

    static final Row<Stored> ROW =
        row ->
            new Stored(
                row.getLong("stream_id"),
                row.getLong("seq"),
                row.getInt("n"),
                row.getBytes("data"),
                row.getString("place"));

    Chunk unpacked() {
      return new Chunk(stream, new Entries(seq, Packing.unpack(data, n)));
    }
  }

  private static final Row<Chunk> SEGMENT =
      row ->
          new Chunk(
              row.getLong("stream_id"),
              new Segment(
                      row.getLong("stream_id"),
                      row.getLong("seq"),
                      row.getInt("n"),
                      row.getInt("bytes"),
                      row.getBytes("data"))
                  .entries());

  private final Database database;
  private final Duration after;

  /** Streams that cannot be packed and stay in chunks. */
  private final Set<Long> damaged = new HashSet<>();

  /**
   * The number of streams at once; one while the packer searches for the stream that the database
   * rejects.
   */
  private int most = STREAMS_MAX;

  private long[] taken = {};

  /**
   * @param after the delay between a stream's end and its packing: its last readers have it in
   *     memory by then, and a flush whose answer was lost is sent again within it
   */
  Packer(Database database, Duration after) {
    this.database = database;
    this.after = after;
  }

  /** Returns how long to rest: zero while it finds streams. */
  Duration step() {
    try {
      return database.tx(this::pack) ? Duration.ZERO : REST;
    } catch (StoreFailure e) {
      if (!e.isDataError()) {
        throw e;
      }
      if (taken.length == 1) {
        leave(taken[0], e);
      }
      most = taken.length == 1 ? STREAMS_MAX : 1;
      return Duration.ZERO;
    }
  }

  private static long[] ids(Collection<Long> ids) {
    return ids.stream().mapToLong(it -> it).toArray();
  }

  private boolean pack(Tx tx) {
    long[] streams =
        ids(tx.list(TAKE, row -> row.getLong(1), after.toMillis(), ids(damaged), most));
    taken = streams;
    if (streams.length == 0) {
      return false;
    }
    Map<Long, List<Stored>> chunks =
        tx.list(READ, Stored.ROW, streams, CHUNKS_MAX, BYTES_MAX).stream()
            .collect(Collectors.groupingBy(Stored::stream, TreeMap::new, Collectors.toList()));
    List<Chunk> originals = new ArrayList<>();
    List<String> places = new ArrayList<>();
    for (List<Stored> ofOne : chunks.values()) {
      Optional<Chunk> readable = readable(ofOne);
      if (readable.isPresent()) {
        originals.add(readable.get());
        ofOne.forEach(it -> places.add(it.place()));
      }
    }
    if (!places.isEmpty()) {
      replace(tx, originals, places);
    }
    tx.update(MARK, streams);
    return true;
  }

  /**
   * Joins the chunks of a stream; empty for a damaged stream, so that the others can still be
   * packed.
   */
  private Optional<Chunk> readable(List<Stored> chunks) {
    try {
      return Optional.of(joined(chunks.stream().map(Stored::unpacked).toList()).getFirst());
    } catch (IllegalStateException | StreamFailure e) {
      leave(chunks.getFirst().stream(), e);
      return Optional.empty();
    }
  }

  private void leave(long stream, RuntimeException why) {
    if (damaged.size() >= DAMAGED_MAX) {
      throw new IllegalStateException(
          DAMAGED_MAX + " streams are damaged; nothing more is packed", why);
    }
    damaged.add(stream);
    log.error("stream {} is damaged and is left as it is", stream, why);
  }

  private static void replace(Tx tx, List<Chunk> originals, List<String> places) {
    List<Segment> segments =
        originals.stream().flatMap(it -> Segment.of(it.stream(), it.entries()).stream()).toList();
    long[] streams = segments.stream().mapToLong(Segment::stream).toArray();
    long[] seqs = segments.stream().mapToLong(Segment::seq).toArray();
    tx.update(
        WRITE,
        streams,
        seqs,
        segments.stream().mapToInt(Segment::n).toArray(),
        segments.stream().mapToInt(Segment::bytes).toArray(),
        segments.stream().map(Segment::data).toArray(byte[][]::new));
    verify(originals, joined(tx.list(READ_BACK, SEGMENT, streams, seqs)));
    int deleted =
        tx.update(
            DELETE_CHUNKS,
            places.toArray(String[]::new),
            originals.stream().mapToLong(Chunk::stream).toArray());
    if (deleted != places.size()) {
      throw new IllegalStateException(
          "of " + places.size() + " chunks " + deleted + " were there to be deleted");
    }
  }

  /** Joins the rows into one for each stream; the rows of a stream must be adjacent. */
  private static List<Chunk> joined(List<Chunk> rows) {
    List<Chunk> joined = new ArrayList<>();
    int from = 0;
    while (from < rows.size()) {
      Chunk first = rows.get(from);
      List<byte[]> events = new ArrayList<>();
      int to = from;
      while (to < rows.size() && rows.get(to).stream() == first.stream()) {
        Entries row = rows.get(to).entries();
        long next = first.entries().first() + events.size();
        if (row.first() != next) {
          throw new IllegalStateException(
              "stream " + first.stream() + " has no event " + next + ": the log is damaged");
        }
        events.addAll(row.events());
        to++;
      }
      joined.add(new Chunk(first.stream(), new Entries(first.entries().first(), events)));
      from = to;
    }
    return joined;
  }

  private static void verify(List<Chunk> originals, List<Chunk> written) {
    boolean same = originals.size() == written.size();
    for (int n = 0; same && n < originals.size(); n++) {
      same = isSame(originals.get(n), written.get(n));
    }
    if (!same) {
      throw new IllegalStateException(
          "the segments of "
              + originals.size()
              + " streams from "
              + originals.getFirst().stream()
              + " on do not equal their chunks");
    }
  }

  private static boolean isSame(Chunk original, Chunk written) {
    return original.stream() == written.stream()
        && original.entries().first() == written.entries().first()
        && Arrays.deepEquals(
            original.entries().events().toArray(byte[][]::new),
            written.entries().events().toArray(byte[][]::new));
  }
}
