package dev.everbrook.engine.stream;

import dev.everbrook.engine.store.Database;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the events of a stream that are not in its own chunks: packed events, and events that a
 * fork shares with its source.
 *
 * <p>The statement climbs from the stream to the one that holds the number; except for forks, that
 * is the stream itself. It reads segments and chunks alike. One statement sees the log at one
 * moment, so while a stream is being packed it finds each event in either form. Rows that end
 * before the number are left out, such as the last segment if the number is still in chunks. A page
 * ends where the holder's share of the numbers ends; the reader asks again for the rest. An event
 * may exist twice (a flush whose answer was lost is sent again, see {@link GroupCommit}); then the
 * bytes are equal, and one copy is skipped. Safe for use by many threads.
 */
final class ArchivedEvents {

  private static final int CHUNKS_MAX = 2_000;
  private static final int SEGMENTS_MAX = 16;

  private static final String READ =
      """
      WITH RECURSIVE
      line AS (
        SELECT id, source, coalesce(forked_at, 0) AS first, 9223372036854775807 AS ends
          FROM everbrook.stream WHERE id = ?
        UNION ALL
        SELECT s.id, s.source, coalesce(s.forked_at, 0), least(l.ends, l.first)
          FROM line l JOIN everbrook.stream s ON s.id = l.source
         WHERE l.first > ?),
      holder AS MATERIALIZED (
        SELECT l.id, l.ends, k.seq FROM line l, (SELECT ?::bigint AS seq) k
         WHERE l.first <= k.seq AND k.seq < l.ends),
      rows AS (
        SELECT r.seq, r.n, r.bytes, r.data, r.ends,
               sum(greatest(r.bytes, octet_length(r.data))) OVER (ORDER BY r.seq) AS so_far
          FROM holder h CROSS JOIN LATERAL (
            (SELECT g.seq, g.n, g.bytes, g.data, h.ends
               FROM everbrook.segment g
              WHERE g.stream_id = h.id AND g.seq < h.ends
                AND g.seq >= coalesce((SELECT max(p.seq) FROM everbrook.segment p
                                        WHERE p.stream_id = h.id AND p.seq <= h.seq), 0)
              ORDER BY g.seq LIMIT ?)
            UNION ALL
            (SELECT c.seq, c.n, 0, c.data, h.ends
               FROM everbrook.chunk c
              WHERE c.stream_id = h.id AND c.seq < h.ends
                AND c.seq >= coalesce((SELECT max(p.seq) FROM everbrook.chunk p
                                        WHERE p.stream_id = h.id AND p.seq <= h.seq), 0)
              ORDER BY c.seq LIMIT ?)) r
         WHERE r.seq + r.n > h.seq)
      SELECT seq, n, bytes, data, ends FROM rows
       WHERE so_far - greatest(bytes, octet_length(data)) < ? ORDER BY seq
      """;

  private static final String THERE = "SELECT FROM everbrook.stream WHERE id = ?";

  private final Database database;

  ArchivedEvents(Database database) {
    this.database = database;
  }

  /**
   * Reads at least the event {@code from}, which is known to have existed.
   *
   * @throws StreamFailure if the stream was removed meanwhile, or the event is missing
   */
  List<byte[]> read(long stream, long from, int bytesMax) {
    record Row(Entries entries, long ends) {}
    List<Row> rows =
        database.list(
            READ,
            row ->
                new Row(
                    entries(
                        row.getLong("seq"),
                        row.getInt("n"),
                        row.getInt("bytes"),
                        row.getBytes("data")),
                    row.getLong("ends")),
            stream,
            from,
            from,
            SEGMENTS_MAX,
            CHUNKS_MAX,
            bytesMax);
    List<byte[]> events = new ArrayList<>();
    long bytes = 0;
    for (Row row : rows) {
      Entries fresh = row.entries().from(from + events.size());
      boolean follows = fresh.first() == from + events.size();
      if (events.isEmpty() && !follows) {
        throw StreamFailure.damaged(stream, from, "it is missing, and later ones exist");
      }
      if (!events.isEmpty() && (!follows || bytes + fresh.bytes() > bytesMax)) {
        break; // so that each segment is inflated once for a reader
      }
      for (byte[] event : fresh.events()) {
        if (from + events.size() < row.ends() && (events.isEmpty() || bytes < bytesMax)) {
          events.add(event);
          bytes += event.length;
        }
      }
    }
    if (events.isEmpty()) {
      throw database.first(THERE, row -> true, stream).isPresent()
          ? StreamFailure.damaged(stream, from, "it is missing, and the stream is longer")
          : StreamFailure.gone(stream);
    }
    return events;
  }

  /** Unpacks a row; a chunk has 0 as its size. */
  private static Entries entries(long seq, int n, int bytes, byte[] data) {
    byte[] packed = bytes == 0 ? data : Deflated.inflate(data, bytes);
    return new Entries(seq, Packing.unpack(packed, n));
  }
}
