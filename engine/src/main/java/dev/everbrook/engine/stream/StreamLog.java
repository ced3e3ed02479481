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

  private static final int PAGE_ROWS_MAX = 2_000;
  private static final int PAGE_BYTES_MAX = 256 * 1024;

  private static final String HEAD_BY_PUBLIC_ID =
      """
      SELECT id, public_id, kind, state, events, body, usage, error
        FROM everbrook.stream WHERE public_id = ? AND principal = ?
      """;

  private static final String HEADS =
      """
      SELECT id, public_id, kind, state, events, body, usage, error
        FROM everbrook.stream WHERE id = ANY (?)
      """;

  private static final String HEAD_BY_ID =
      """
      SELECT id, public_id, kind, state, events, body, usage, error
        FROM everbrook.stream WHERE id = ?
      """;

  /**
   * Begins with the row that holds the offset; its rows are counted in bytes on the server, so that
   * a page stays small however large its events are.
   */
  private static final String READ =
      """
      WITH rows AS (
        SELECT seq, n, data, sum(octet_length(data)) OVER (ORDER BY seq) AS bytes
          FROM everbrook.chunk
         WHERE stream_id = ?
           AND seq >= coalesce((SELECT max(seq) FROM everbrook.chunk
                                 WHERE stream_id = ? AND seq <= ?), 0)
         ORDER BY seq LIMIT ?)
      SELECT seq, n, data FROM rows WHERE bytes - octet_length(data) < ? ORDER BY seq
      """;

  private static final String ENDS =
      "SELECT coalesce((SELECT events FROM everbrook.stream WHERE id = ? AND state <> 'open'), -1)";

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
                        ORDER BY c.seq DESC LIMIT 1), 0),
             s.state <> 'open'
        FROM everbrook.stream s WHERE s.id = ANY (?)
      """;

  private final Database database;

  public StreamLog(Database database) {
    this.database = database;
  }

  /** The head of a stream that belongs to the principal. */
  public Optional<Head> head(Principal principal, UUID publicId) {
    return database.first(HEAD_BY_PUBLIC_ID, HEAD, publicId, principal.id());
  }

  /** The head of a stream for the job that owns it, or for a reader who was already admitted. */
  public Head headOf(long stream) {
    return database
        .first(HEAD_BY_ID, HEAD, stream)
        .orElseThrow(
            () -> new StreamFailure(StreamFailure.Reason.ENDED, "stream " + stream + " is gone"));
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
   * there yet, or ever. For a reader who was already admitted by {@link #head}.
   */
  public Page read(long stream, long from) {
    return read(stream, from, PAGE_BYTES_MAX);
  }

  /** As {@link #read(long, long)}, at most about so many bytes, and at least one event. */
  public Page read(long stream, long from, int bytesMax) {
    List<byte[]> events = new ArrayList<>();
    List<Entries> rows =
        database.list(
            READ,
            row -> new Entries(row.getLong(1), Packing.unpack(row.getBytes(3), row.getInt(2))),
            stream,
            stream,
            from,
            PAGE_ROWS_MAX,
            bytesMax);
    for (Entries row : rows) {
      events.addAll(row.from(from).events());
    }
    Entries entries = new Entries(from, events);
    long ends = database.list(ENDS, row -> row.getLong(1), stream).getFirst();
    return new Page(entries, ends);
  }

  /**
   * Where a stream stands.
   *
   * @param next the sequence number after its last event
   */
  public record TailPosition(long stream, long next, boolean ended) {}

  /** Where these streams stand; at most {@link #TAILS_MAX}. */
  public List<TailPosition> tails(long[] streams) {
    return database.list(
        TAILS, row -> new TailPosition(row.getLong(1), row.getLong(2), row.getBoolean(3)), streams);
  }
}
