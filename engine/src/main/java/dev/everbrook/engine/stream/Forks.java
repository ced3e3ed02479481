package dev.everbrook.engine.stream;

import dev.everbrook.engine.store.Tx;
import dev.everbrook.engine.world.World;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Creates streams that share the past of others. A fork is a stream like any other: it is read,
 * written, ended, packed, removed and forked independently. Only its first events are stored in its
 * source, which is kept while a fork needs it (see {@link Removal}). Safe for use by many threads.
 */
public final class Forks {

  /** The longest chain of forks; a reader of shared events climbs this many rows at most. */
  public static final int DEPTH_MAX = 100;

  /** Conflicts with the lock of a removal, but not with writers. */
  private static final String HOLD =
      """
      SELECT id FROM everbrook.stream WHERE id = ? AND deleted_at IS NULL FOR KEY SHARE
      """;

  private static final String MEASURE =
      """
      WITH RECURSIVE line AS (
        SELECT id, source, 0 AS depth FROM everbrook.stream WHERE id = ?
        UNION ALL
        SELECT s.id, s.source, l.depth + 1
          FROM line l JOIN everbrook.stream s ON s.id = l.source WHERE l.depth < ?)
      SELECT (SELECT max(depth) FROM line),
             coalesce(s.events,
                      (SELECT c.seq + c.n FROM everbrook.chunk c WHERE c.stream_id = s.id
                        ORDER BY c.seq DESC LIMIT 1), s.forked_at, 0)
        FROM everbrook.stream s WHERE s.id = ?
      """;

  private static final String CREATE =
      """
      INSERT INTO everbrook.stream
             (public_id, principal, kind, content_type, state, source, forked_at)
      VALUES (?, ?, ?, ?, 'open', ?, ?)
      RETURNING id
      """;

  private static final String PUT =
      "INSERT INTO everbrook.chunk (stream_id, seq, n, data) VALUES (?, ?, ?, ?)";

  private final World world;

  public Forks(World world) {
    this.world = world;
  }

  private record Measure(int depth, long end) {}

  /**
   * Creates an open stream in the caller's transaction whose events 0 to {@code at - 1} are those
   * of {@code source}; nothing of them is copied. Its own events begin with the number {@code at}:
   * {@code partial} first, then the new stream's opening. The caller must have checked the right to
   * read the source.
   *
   * @param source open or ended
   * @param at from 0 to the number after the last durable event of {@code source}
   * @param partial events of its own, such as the beginning of the source's event {@code at}; may
   *     be empty
   * @throws StreamFailure {@code GONE} if the source does not exist, {@code BEYOND_END} if it has
   *     fewer events, {@code TOO_DEEP} if the chain of forks has {@link #DEPTH_MAX} already; no
   *     retry helps
   */
  public StreamRef fork(Tx tx, NewStream stream, long source, long at, List<byte[]> partial) {
    Measure measure = hold(tx, source);
    if (at < 0 || at > measure.end()) {
      throw new StreamFailure(
          StreamFailure.Reason.BEYOND_END,
          "a fork must begin at 0 to " + measure.end() + ", was " + at);
    }
    if (measure.depth() >= DEPTH_MAX) {
      throw new StreamFailure(
          StreamFailure.Reason.TOO_DEEP,
          "a stream can be forked " + DEPTH_MAX + " times in a row; this would be one more");
    }
    UUID publicId = world.id();
    long id =
        tx.only(
            CREATE,
            row -> row.getLong(1),
            publicId,
            stream.owner().id(),
            stream.kind(),
            stream.contentType(),
            source,
            at);
    List<byte[]> own = new ArrayList<>(partial);
    own.addAll(stream.opening());
    if (!own.isEmpty()) {
      tx.update(PUT, id, at, own.size(), Packing.pack(own));
    }
    return new StreamRef(id, publicId);
  }

  /**
   * Locks the source and then measures it, so that the measure sees everything committed before the
   * lock.
   */
  private static Measure hold(Tx tx, long source) {
    Optional<Long> held = tx.first(HOLD, row -> row.getLong(1), source);
    return held.map(id ->
            tx.only(MEASURE, row -> new Measure(row.getInt(1), row.getLong(2)), id, DEPTH_MAX, id))
        .orElseThrow(() -> StreamFailure.gone(source));
  }
}
