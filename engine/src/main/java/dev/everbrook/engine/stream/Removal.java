package dev.everbrook.engine.stream;

import dev.everbrook.engine.store.Tx;
import java.util.Optional;
import java.util.Set;

/**
 * Removes streams. From the commit on, a removed stream cannot be found, and its readers are
 * disconnected. Its rows are deleted soon after, in bounded batches (see {@link Sweeper}); if forks
 * share its events, with the last of these forks. Rows of other rooms may refer to {@code
 * everbrook.stream} with {@code ON DELETE CASCADE} and are deleted with it. Safe for use by many
 * threads.
 *
 * <p><b>Why no fork loses its past.</b> Three transactions can meet at a source: a fork of it, its
 * removal, and the sweep of its last fork. The fork holds the source's row FOR KEY SHARE. The other
 * two lock the row FOR UPDATE and then count the forks in a separate statement, which sees
 * everything committed before the lock. So either the fork is counted, or it finds the source
 * deleted. Forks of an unlocked source are never counted.
 */
public final class Removal {

  private static final String LOCK =
      """
      SELECT state, kind FROM everbrook.stream
       WHERE id = ? AND deleted_at IS NULL FOR UPDATE
      """;

  private static final String HOLD =
      """
      SELECT id FROM everbrook.stream
       WHERE id = ANY (?) AND deleted_at IS NULL ORDER BY id FOR KEY SHARE
      """;

  private static final String SEIZE =
      "SELECT id FROM everbrook.stream WHERE id = ANY (?) ORDER BY id FOR UPDATE";

  private static final String MARK =
      """
      UPDATE everbrook.stream s
         SET deleted_at = now(), doomed = NOT EXISTS (
               SELECT FROM everbrook.stream f WHERE f.source = s.id)
       WHERE s.id = ANY (?)
      """;

  /** The new epoch fences off a writer that would end the stream again. */
  private static final String END =
      """
      UPDATE everbrook.stream s
         SET state = 'cancelled', closed_at = now(), owner = NULL, epoch = epoch + 1,
             events = coalesce((SELECT c.seq + c.n FROM everbrook.chunk c WHERE c.stream_id = s.id
                                 ORDER BY c.seq DESC LIMIT 1), s.forked_at, 0)
       WHERE s.id = ?
      """;

  /** The kind of a channel's stream, which is removed only with its channel. */
  public static final String CHANNEL = "channel";

  private record Found(StreamState state, String kind) {}

  private final Set<String> writtenByJobs;
  private final Runnable sweep;

  /**
   * @param writtenByJobs the kinds of streams that a job writes and ends; such a stream cannot be
   *     removed while it is open
   * @param sweep called when a stream is ready to sweep; must be quick
   */
  public Removal(Set<String> writtenByJobs, Runnable sweep) {
    this.writtenByJobs = Set.copyOf(writtenByJobs);
    this.sweep = sweep;
  }

  /**
   * Removes a stream in the caller's transaction. The caller must have checked the right to do so.
   * An open stream that no job writes is ended at its last durable event. The holder of its {@link
   * StreamWriter} closes that first, since later flushes are rejected.
   *
   * @return whether the stream existed
   * @throws StreamFailure {@code BEING_WRITTEN} if a job writes it (cancel the job and try again),
   *     or if it belongs to a channel (delete the channel with {@code Channels.delete})
   */
  public boolean remove(Tx tx, long stream) {
    Optional<Found> found = lock(tx, stream);
    if (found.isPresent() && found.get().kind().equals(CHANNEL)) {
      throw new StreamFailure(
          StreamFailure.Reason.BEING_WRITTEN,
          "stream " + stream + " is a channel's; delete the channel");
    }
    return found.isPresent() && remove(tx, stream, found.get());
  }

  /** As {@link #remove}, for a caller that has locked the channel's row, so that appends wait. */
  public boolean removeChannel(Tx tx, long stream) {
    Optional<Found> found = lock(tx, stream);
    return found.isPresent() && remove(tx, stream, found.get());
  }

  private static Optional<Found> lock(Tx tx, long stream) {
    return tx.first(
        LOCK, row -> new Found(StreamState.of(row.getString(1)), row.getString(2)), stream);
  }

  private boolean remove(Tx tx, long stream, Found found) {
    if (found.state() == StreamState.OPEN) {
      if (writtenByJobs.contains(found.kind())) {
        throw new StreamFailure(
            StreamFailure.Reason.BEING_WRITTEN,
            "stream " + stream + " is still being written; cancel that first");
      }
      tx.update(END, stream);
    }
    mark(tx, stream);
    tx.afterCommit(sweep);
    return true;
  }

  /**
   * Keeps streams from being removed until the transaction ends, for a caller that adds a reference
   * to a shared stream.
   *
   * @return the streams that exist
   */
  public Set<Long> hold(Tx tx, long... streams) {
    return Set.copyOf(tx.list(HOLD, row -> row.getLong(1), streams));
  }

  /**
   * Waits for all transactions that {@link #hold} these streams, and keeps others from doing so
   * until this transaction ends. A caller that removes a stream only if it has no more references
   * calls this first, and then counts the references in a separate statement.
   */
  public void seize(Tx tx, long... streams) {
    tx.list(SEIZE, row -> row.getLong(1), streams);
  }

  /** Marks ended streams as deleted; the caller has locked them FOR UPDATE. */
  static void mark(Tx tx, long... streams) {
    tx.update(MARK, streams);
  }
}
