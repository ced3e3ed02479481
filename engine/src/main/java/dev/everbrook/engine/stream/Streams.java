package dev.everbrook.engine.stream;

import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Membership;
import dev.everbrook.engine.store.Tx;
import dev.everbrook.engine.world.World;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Creates streams, and takes them over for writing. Safe for use by many threads. */
public final class Streams implements AutoCloseable {

  private static final String CREATE =
      """
      WITH created AS (
             INSERT INTO everbrook.stream (public_id, principal, kind, content_type, state)
             VALUES (?, ?, ?, ?, 'open')
             RETURNING id),
           opening AS (
             INSERT INTO everbrook.chunk (stream_id, seq, n, data)
             SELECT id, 0, o.n, o.data FROM created, (VALUES (?::int, ?::bytea)) AS o (n, data)
              WHERE o.n > 0)
      SELECT id FROM created
      """;

  /**
   * One statement and so one snapshot. An earlier owner on this node was revoked, and its piece
   * under way is decided. A dead node's row was deleted by a transaction that waited for its last
   * flush. A living node may still write after this, if it handed its job on with a flush under way
   * 5 s after it closed the writer; then the key (stream, seq) lets one of the two win.
   */
  private static final String OWN =
      """
      WITH alive AS MATERIALIZED (
             SELECT id FROM everbrook.node WHERE id = ? FOR KEY SHARE)
      UPDATE everbrook.stream s SET owner = alive.id, epoch = epoch + 1
        FROM alive
       WHERE s.id = ? AND s.state = 'open'
      RETURNING s.public_id, s.epoch,
                coalesce((SELECT c.seq + c.n FROM everbrook.chunk c WHERE c.stream_id = s.id
                           ORDER BY c.seq DESC LIMIT 1), s.forked_at, 0) AS next
      """;

  private final Database database;
  private final Membership membership;
  private final World world;
  private final StreamLog log;
  private final GroupCommit group;

  /**
   * The caller closes the streams after all writers and before the membership.
   *
   * @param listener called after each flush of this node
   */
  public Streams(
      Database database,
      Membership membership,
      World world,
      StreamLog log,
      Committed.Listener listener,
      MeterRegistry meters) {
    this.database = database;
    this.log = log;
    this.membership = membership;
    this.world = world;
    this.group = new GroupCommit(database, membership, world, listener, meters);
  }

  /**
   * Creates a stream in the caller's transaction: the stream exists if and only if the transaction
   * commits.
   */
  public StreamRef create(Tx tx, NewStream stream) {
    UUID publicId = world.id();
    List<byte[]> opening = stream.opening();
    long id =
        tx.only(
            CREATE,
            row -> row.getLong(1),
            publicId,
            stream.owner().id(),
            stream.kind(),
            stream.contentType(),
            opening.size(),
            Packing.pack(opening));
    return new StreamRef(id, publicId);
  }

  /**
   * Takes over the stream at its current end. From then on no other writer can append. For the job
   * that owns the stream only: no principal is checked.
   *
   * @return empty if the stream has ended
   * @throws StreamFailure if the stream was removed, if this node was declared dead, or if the last
   *     owner on this node has a write under way without an answer; a later attempt may succeed
   */
  public Optional<StreamWriter> open(long stream) throws InterruptedException {
    group.revoke(stream);
    long node = membership.node();
    Optional<StreamWriter> writer =
        database.first(
            OWN,
            row ->
                new StreamWriter(
                    group,
                    new StreamRef(stream, row.getObject("public_id", UUID.class)),
                    row.getInt("epoch"),
                    node,
                    row.getLong("next")),
            node,
            stream);
    writer.ifPresent(group::opened);
    if (writer.isEmpty() && log.headOf(stream).isOpen()) {
      throw new StreamFailure(
          StreamFailure.Reason.FENCED, "this node was declared dead; try again");
    }
    return writer;
  }

  @Override
  public void close() {
    group.close();
  }
}
