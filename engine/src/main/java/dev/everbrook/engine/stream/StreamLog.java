package dev.everbrook.engine.stream;

import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Principal;
import dev.everbrook.engine.store.Row;
import dev.everbrook.engine.store.Tx;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.stream.Collectors;

/** Reads streams from the database, from any offset. Safe for use by many threads. */
public final class StreamLog {

  /** How many streams {@link #tails} looks at in one statement. */
  public static final int TAILS_MAX = 1_000;

  /** How many rows of the log, of one event or more each, a page is made of at most. */
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
   * Begins with the row that holds the offset; its rows are counted in bytes on the server, so that
   * a page stays small however large its events are. Nothing if the offset is before all of them:
   * then it is elsewhere (see {@link Elsewhere}).
   */
  private static final String READ =
      """
      WITH rows AS (
        SELECT seq, n, data, sum(octet_length(data)) OVER (ORDER BY seq) AS bytes
          FROM everbrook.chunk
         WHERE stream_id = ?
           AND seq >= (SELECT max(seq) FROM everbrook.chunk WHERE stream_id = ? AND seq <= ?)
         ORDER BY seq LIMIT ?)
      SELECT seq, n, data FROM rows WHERE bytes - octet_length(data) < ? ORDER BY seq
      """;

  private static final String EXTENT =
      """
      SELECT coalesce(events, -1), coalesce(greatest(events, forked_at), 0)
        FROM everbrook.stream WHERE id = ? AND deleted_at IS NULL
      """;

  private static final Row<Head> HEAD =
      row -> {
        StreamState state = StreamState.of(row.getString(4));
        return new Head(
            new StreamRef(row.getLong(1), row.getObject(2, UUID.class)),
            row.getString(3),
            state,
            state == StreamState.OPEN ? OptionalLong.empty() : OptionalLong.of(row.getLong(5)),
            Optional.ofNullable(row.getString(6)),
            Optional.ofNullable(row.getString(7)),
            Optional.ofNullable(row.getString(8)));
      };

  private static final String TAILS =
      """
      SELECT s.id,
             coalesce(s.events,
                      (SELECT c.seq + c.n FROM everbrook.chunk c WHERE c.stream_id = s.id
                        ORDER BY c.seq DESC LIMIT 1), s.forked_at, 0),
             s.state <> 'open'
        FROM everbrook.stream s WHERE s.id = ANY (?) AND s.deleted_at IS NULL
      """;

  /**
   * How far a stream reaches.
   *
   * @param ends how many events there are in all, or -1 while it is open
   * @param elsewhere the number below which events that are no chunks of its own are elsewhere
   */
  private record Extent(long ends, long elsewhere) {}

  private final Database database;
  private final Elsewhere elsewhere;

  public StreamLog(Database database) {
    this.database = database;
    this.elsewhere = new Elsewhere(database);
  }

  /** The head of a stream that belongs to the principal. */
  public Optional<Head> head(Principal principal, UUID publicId) {
    return database.first(HEAD_BY_PUBLIC_ID, HEAD, publicId, principal.id());
  }

  /**
   * The head of a stream for the job that owns it, or for a reader who was already admitted.
   *
   * @throws StreamFailure if it was removed
   */
  public Head headOf(long stream) {
    return database.first(HEAD_BY_ID, HEAD, stream).orElseThrow(() -> StreamFailure.gone(stream));
  }

  /** The heads of these streams by id, for a reader who was already admitted; at most 1,000. */
  public Map<Long, Head> heads(long[] streams) {
    return byId(database.list(HEADS, HEAD, streams));
  }

  /** As {@link #heads(long[])}, on the connection of a transaction that is under way. */
  public Map<Long, Head> heads(Tx tx, long[] streams) {
    return byId(tx.list(HEADS, HEAD, streams));
  }

  private static Map<Long, Head> byId(List<Head> heads) {
    return heads.stream().collect(Collectors.toMap(it -> it.ref().id(), it -> it));
  }

  /**
   * Reads from a sequence number on, at most about 256 KiB; an empty page means that nothing is
   * there yet, or ever. For a reader who was already admitted by {@link #head}. Forks and packed
   * streams read as any other: the same numbers, the same bytes.
   *
   * @throws StreamFailure if the stream was removed
   */
  public Page read(long stream, long from) {
    return read(stream, from, PAGE_BYTES_MAX);
  }

  /** As {@link #read(long, long)}, at most about so many bytes, and at least one event. */
  public Page read(long stream, long from, int bytesMax) {
    List<byte[]> events = chunks(stream, from, bytesMax);
    Extent extent =
        database
            .first(EXTENT, row -> new Extent(row.getLong(1), row.getLong(2)), stream)
            .orElseThrow(() -> StreamFailure.gone(stream));
    boolean apart = events.isEmpty() && from < extent.elsewhere();
    if (apart) {
      events = elsewhere.read(stream, from, bytesMax);
    }
    return new Page(new Entries(from, events), extent.ends(), apart && extent.ends() < 0);
  }

  /**
   * An event that is known to be there, also of a stream that was deleted and is kept for its
   * forks.
   *
   * @throws StreamFailure if it has gone for good
   */
  byte[] keptEvent(long stream, long seq) {
    List<byte[]> events = chunks(stream, seq, 1);
    return (events.isEmpty() ? elsewhere.read(stream, seq, 1) : events).getFirst();
  }

  /** From the stream's own chunks, where all is that was written lately. */
  private List<byte[]> chunks(long stream, long from, int bytesMax) {
    List<Entries> rows =
        database.list(
            READ,
            row -> new Entries(row.getLong(1), Packing.unpack(row.getBytes(3), row.getInt(2))),
            stream,
            stream,
            from,
            PAGE_ROWS_MAX,
            bytesMax);
    List<byte[]> events = new ArrayList<>();
    for (Entries row : rows) {
      Entries rest = row.from(from + events.size());
      if (rest.first() != from + events.size()) {
        break; // never an event under another's number
      }
      events.addAll(rest.events());
    }
    return events;
  }

  /**
   * Where a stream stands.
   *
   * @param next the sequence number after its last event
   */
  public record TailPosition(long stream, long next, boolean ended) {}

  /** Where these streams stand, but for those that were removed; at most {@link #TAILS_MAX}. */
  public List<TailPosition> tails(long[] streams) {
    return database.list(
        TAILS, row -> new TailPosition(row.getLong(1), row.getLong(2), row.getBoolean(3)), streams);
  }
}
