package dev.everbrook.engine.stream;

import dev.everbrook.engine.store.Tx;
import java.util.Optional;
import java.util.Set;

/**
 * Removes streams. A removed stream is found by nobody from the commit on, and its readers are let
 * go; its rows go soon after, in bounded batches (see {@link Sweeper}), or, as long as forks share
 * its events, when the last of them goes. Rows of other rooms may refer to {@code everbrook.stream}
 * with {@code ON DELETE CASCADE} and go with it. Safe for use by many threads.
 *
 * <p><b>Why no fork loses its past.</b> Three can meet at a source: one who forks it, one who
 * removes it, and the sweeper that takes away its last fork. The fork holds the source's row FOR
 * KEY SHARE; the others lock it FOR UPDATE before they count its forks, with a statement of its own
 * that sees what was committed before the lock. So either the fork is counted, or it finds the
 * source deleted. Nobody counts forks of a source that he has not locked.
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

  /** The epoch fences a writer that would end it once more. */
  private static final String END =
      """
      UPDATE everbrook.stream s
         SET state = 'cancelled', closed_at = now(), owner = NULL, epoch = epoch + 1,
             events = coalesce((SELECT c.seq + c.n FROM everbrook.chunk c WHERE c.stream_id = s.id
                                 ORDER BY c.seq DESC LIMIT 1), s.forked_at, 0)
       WHERE s.id = ?
      """;

  /** The kind of a channel's stream, which goes with its channel only. */
  public static final String CHANNEL = "channel";

  private record Found(StreamState state, String kind) {}

  private final Set<String> writtenByJobs;
  private final Runnable sweep;

  /**
   * @param writtenByJobs the kinds of streams that a job writes to the end: as long as one is open,
   *     it cannot be removed
   * @param sweep called when there is something to sweep; must be quick
   */
  public Removal(Set<String> writtenByJobs, Runnable sweep) {
    this.writtenByJobs = Set.copyOf(writtenByJobs);
    this.sweep = sweep;
  }

  /**
   * Removes a stream in the caller's transaction. For a caller who may. An open stream that no job
   * writes is ended where it stands; the holder of a {@link StreamWriter} for it closes that first,
   * since later flushes are rejected.
   *
   * @return whether there was such a stream
   * @throws StreamFailure {@code BEING_WRITTEN} if a job writes it: cancel that and try again; or
   *     if it is a channel's: delete that, with {@code Channels.delete}
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

  /** As {@link #remove}, for who has locked the channel's row: what is appended waits for that. */
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
   * Keeps streams from being removed until the transaction ends, for a caller that refers to a
   * stream which others refer to as well.
   *
   * @return those that are there
   */
  public Set<Long> hold(Tx tx, long... streams) {
    return Set.copyOf(tx.list(HOLD, row -> row.getLong(1), streams));
  }

  /**
   * Waits for all who {@link #hold} these streams, and keeps others from it until the transaction
   * ends. Who removes a stream only if nobody refers to it calls this first and counts then, with a
   * statement of its own.
   */
  public void seize(Tx tx, long... streams) {
    tx.list(SEIZE, row -> row.getLong(1), streams);
  }

  /** Deletes streams that have ended, which the caller has locked FOR UPDATE. */
  static void mark(Tx tx, long... streams) {
    tx.update(MARK, streams);
  }
}
