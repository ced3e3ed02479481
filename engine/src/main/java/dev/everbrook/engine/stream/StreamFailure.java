package dev.everbrook.engine.stream;

/** A stream refused an operation: an append, an end, a fork, a removal or a read. */
public final class StreamFailure extends RuntimeException {

  /** The reason of a refusal. */
  public enum Reason {
    /** Another writer owns the stream now; this writer's late events were discarded. */
    FENCED,
    /** The database rejected this stream's data; other streams are not affected. */
    REJECTED,
    /**
     * The database lost the last events of the stream: a standby that lagged was promoted, or a
     * backup was restored. Another writer continues after the remaining events; a reader that had
     * the lost events starts again from 0.
     */
    TRUNCATED,
    /** Events in the middle of the stream are missing or unreadable in the database. */
    DAMAGED,
    /** The stream has ended. */
    ENDED,
    /** The stream does not exist (any more). */
    GONE,
    /** The number to fork at is behind the last durable event. */
    BEYOND_END,
    /** The chain of forks would be longer than {@link Forks#DEPTH_MAX}. */
    TOO_DEEP,
    /**
     * A job writes the stream, which can be removed after the job is cancelled or has ended. Or the
     * stream belongs to a channel and is removed with it.
     */
    BEING_WRITTEN
  }

  private final Reason reason;

  static StreamFailure gone(long stream) {
    return new StreamFailure(Reason.GONE, "stream " + stream + " is gone");
  }

  /**
   * The failure of a stream that lost its last events.
   *
   * @param next the number after the last event that is left
   */
  public static StreamFailure truncated(StreamRef stream, long next) {
    return new StreamFailure(
        Reason.TRUNCATED,
        "the database lost the events of stream "
            + stream.publicId()
            + " from "
            + next
            + " on, as after a failover to a standby that lagged; read the stream again from 0");
  }

  static StreamFailure damaged(long stream, long seq, String how) {
    return new StreamFailure(
        Reason.DAMAGED, "stream " + stream + " is damaged at event " + seq + ": " + how);
  }

  public StreamFailure(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }

  /** Whether the log itself is damaged, so that no reader can pass this place. */
  public boolean isLoss() {
    return reason == Reason.TRUNCATED || reason == Reason.DAMAGED;
  }

  /** Whether a later attempt by another writer may succeed. */
  public boolean worthRetrying() {
    return reason == Reason.FENCED || reason == Reason.TRUNCATED;
  }
}
