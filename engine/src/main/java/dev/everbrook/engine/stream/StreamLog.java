package dev.everbrook.engine.stream;

import dev.everbrook.engine.store.Columns;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Principal;
import dev.everbrook.engine.store.Row;
import dev.everbrook.engine.store.Tx;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

/** Reads streams from the database, from any offset. Safe for use by many threads. */
public final class StreamLog {

  /** The most streams for one call of {@link #tails}. */
  public static final int TAILS_MAX = 1_000;

  /** The most rows of the log in a page; a row has one event or more. */
  public static final int PAGE_ROWS_MAX = 2_000;

  private static final int PAGE_BYTES_MAX = 256 * 1024;

  private static final String HEAD_BY_PUBLIC_ID =
      """
      SELECT id, public_id, kind, state, events, body, usage, error
        FROM everbrook.stream
       WHERE public_id = ? AND principal = ? AND deleted_at IS NULL
      """;

  private static final String HEADS =
      """
      SELECT id, public_id, kind, state, events, body, usage, error
        FROM everbrook.stream WHERE id = ANY (?) AND deleted_at IS NULL
      """;

  private static final String HEAD_BY_ID =
      """
      SELECT id, public_id, kind, state, events, body, usage, error
        FROM everbrook.stream WHERE id = ? AND deleted_at IS NULL
      """;

  /**
   * Reads chunks from the one that holds the offset on. The server counts their bytes, so that a
   * page stays small however large its events are. The same snapshot has the end of the stream. An
   * existing stream yields at least one row. The row has no chunk if the offset is before all
   * chunks: then the event is stored elsewhere (see {@link ArchivedEvents}). If it cannot be
   * elsewhere, the chunks behind the offset are read, since they prove that an event is missing.
   */
  private static final String READ =
      """
      SELECT coalesce(s.events, -1) AS ends,
             coalesce(greatest(s.events, s.forked_at), 0) AS elsewhere, c.seq, c.n, c.data
        FROM everbrook.stream s CROSS JOIN (SELECT ?::bigint AS seq) k
        LEFT JOIN LATERAL (
               WITH rows AS (
                 SELECT seq, n, data, sum(octet_length(data)) OVER (ORDER BY seq) AS bytes
                   FROM everbrook.chunk
                  WHERE stream_id = s.id
                    AND seq >= coalesce(
                          (SELECT max(seq) FROM everbrook.chunk
                            WHERE stream_id = s.id AND seq <= k.seq),
                          CASE WHEN k.seq >= coalesce(greatest(s.events, s.forked_at), 0)
                               THEN k.seq END)
                    AND seq + n > k.seq
                  ORDER BY seq LIMIT ?)
               SELECT seq, n, data FROM rows WHERE bytes - octet_length(data) < ?) c ON true
       WHERE s.id = ? AND (s.deleted_at IS NULL OR ?)
       ORDER BY c.seq
      """;

  private static final Row<Head> HEAD =
      row ->
          new Head(
              new StreamRef(row.getLong("id"), row.getObject("public_id", UUID.class)),
              row.getString("kind"),
              StreamState.of(row.getString("state")),
              Columns.bigint(row, "events"),
              Optional.ofNullable(row.getString("body")),
              Optional.ofNullable(row.getString("usage")),
              Optional.ofNullable(row.getString("error")));

  /** For {@link #POSITION}; also used by the writers of this node. */
  static final String TAILS =
      """
      SELECT s.id,
             coalesce(s.events,
                      (SELECT c.seq + c.n FROM everbrook.chunk c WHERE c.stream_id = s.id
                        ORDER BY c.seq DESC LIMIT 1), s.forked_at, 0),
             s.state <> 'open'
        FROM everbrook.stream s WHERE s.id = ANY (?) AND s.deleted_at IS NULL
      """;

  /** By places and not by names, since all streams under way are looked at again and again. */
  static final Row<TailPosition> POSITION =
      row -> new TailPosition(row.getLong(1), row.getLong(2), row.getBoolean(3));

  /**
   * A row of the result of {@link #READ}.
   *
   * @param ends the total number of events, or -1 while the stream is open
   * @param elsewhere the number below which events may be outside of the stream's own chunks
   * @param chunk the next of the stream's own chunks, another in every row; empty if there is none
   */
  private record Found(long ends, long elsewhere, Optional<Entries> chunk) {

    static final Row<Found> ROW =
        row -> {
          long seq = row.getLong("seq");
          int n = row.getInt("n");
          return new Found(
              row.getLong("ends"),
              row.getLong("elsewhere"),
              Optional.ofNullable(row.getBytes("data"))
                  .map(data -> new Entries(seq, Packing.unpack(data, n))));
        };
  }

  private final Database database;
  private final ArchivedEvents elsewhere;

  public StreamLog(Database database) {
    this.database = database;
    this.elsewhere = new ArchivedEvents(database);
  }

  /** The head of a stream of the principal. */
  public Optional<Head> head(Principal principal, UUID publicId) {
    return database.first(HEAD_BY_PUBLIC_ID, HEAD, publicId, principal.id());
  }

  /**
   * The head of a stream, for the job that owns it or for a reader whose right was checked.
   *
   * @throws StreamFailure if the stream was removed
   */
  public Head headOf(long stream) {
    return database.first(HEAD_BY_ID, HEAD, stream).orElseThrow(() -> StreamFailure.gone(stream));
  }

  /** The heads of these streams by id, for a reader whose right was checked; at most 1,000. */
  public Map<Long, Head> heads(long[] streams) {
    return byId(database.list(HEADS, HEAD, streams));
  }

  /** As {@link #heads(long[])}, in a running transaction. */
  public Map<Long, Head> heads(Tx tx, long[] streams) {
    return byId(tx.list(HEADS, HEAD, streams));
  }

  private static Map<Long, Head> byId(List<Head> heads) {
    return heads.stream().collect(Collectors.toMap(it -> it.ref().id(), it -> it));
  }

  /**
   * Reads from a sequence number on, at most about 256 KiB; an empty page means that there is no
   * event yet, or never will be. For a reader whose right was checked by {@link #head}. Forks and
   * packed streams are read like any other: the same numbers, the same bytes.
   *
   * @throws StreamFailure if the stream was removed, or if the event {@code from} is missing though
   *     later ones exist
   */
  public Page read(long stream, long from) {
    return read(stream, from, PAGE_BYTES_MAX);
  }

  /** As {@link #read(long, long)}, at most about {@code bytesMax} bytes, and at least one event. */
  public Page read(long stream, long from, int bytesMax) {
    List<Found> rows = found(stream, from, PAGE_ROWS_MAX, bytesMax, false);
    long ends = rows.getFirst().ends();
    List<byte[]> events = events(from, rows);
    boolean apart = events.isEmpty() && from < rows.getFirst().elsewhere();
    if (apart) {
      events = elsewhere.read(stream, from, bytesMax);
    } else if (events.isEmpty()) {
      failIfMissing(stream, from, rows);
    }
    return new Page(new Entries(from, events), ends, apart && ends < 0);
  }

  /**
   * An event that is known to exist; also of a deleted stream that is kept for its forks.
   *
   * @throws StreamFailure if the stream's rows are gone
   */
  public byte[] keptEvent(long stream, long seq) {
    List<byte[]> events = events(seq, found(stream, seq, 1, 1, true));
    return (events.isEmpty() ? elsewhere.read(stream, seq, 1) : events).getFirst();
  }

  /** Reads the rows from an offset; never empty. */
  private List<Found> found(long stream, long from, int rowsMax, int bytesMax, boolean kept) {
    List<Found> rows = database.list(READ, Found.ROW, from, rowsMax, bytesMax, stream, kept);
    if (rows.isEmpty()) {
      throw StreamFailure.gone(stream);
    }
    return rows;
  }

  private static void failIfMissing(long stream, long from, List<Found> rows) {
    for (Found row : rows) {
      if (row.chunk().isPresent() && row.chunk().get().first() > from) {
        throw StreamFailure.damaged(
            stream, from, "it is missing, and event " + row.chunk().get().first() + " exists");
      }
    }
  }

  private static List<byte[]> events(long from, List<Found> rows) {
    List<byte[]> events = new ArrayList<>();
    for (Entries chunk : rows.stream().flatMap(it -> it.chunk().stream()).toList()) {
      Entries rest = chunk.from(from + events.size());
      if (rest.first() != from + events.size()) {
        break; // never return an event under another's number
      }
      events.addAll(rest.events());
    }
    return events;
  }

  /**
   * The end of a stream.
   *
   * @param next the sequence number after its last event
   */
  public record TailPosition(long stream, long next, boolean ended) {}

  /** The ends of these streams, except removed ones; at most {@link #TAILS_MAX}. */
  public List<TailPosition> tails(long[] streams) {
    return database.list(TAILS, POSITION, streams);
  }
}
