package dev.everbrook.engine.stream;

/** Something that a stream did not take: an append, an end, a fork, a removal, a reader. */
public final class StreamFailure extends RuntimeException {

  /** What stood in the way. */
  public enum Reason {
    /** Somebody else owns the stream now; this writer's late events went nowhere. */
    FENCED,
    /** The database rejected what this stream wrote; other streams are not concerned. */
    REJECTED,
    /**
     * The database lost the last events of the stream: a standby that lagged was promoted, or a
     * backup was restored. Another writer goes on from what is left; a reader that had the lost
     * events starts anew from 0.
     */
    TRUNCATED,
    /** Events in the middle of the stream are missing or unreadable in the database. */
    DAMAGED,
    /** The stream has ended. */
    ENDED,
    /** There is no such stream (any more). */
    GONE,
    /** The number to fork at is further than the stream is durable. */
    BEYOND_END,
    /** A fork of a fork of a fork, more than {@link Forks#DEPTH_MAX} times. */
    TOO_DEEP,
    /**
     * A job writes it, and once that is cancelled or has ended, the stream can be removed; or it is
     * a channel's, and goes with that.
     */
    BEING_WRITTEN
  }

  private final Reason reason;

  static StreamFailure gone(long stream) {
    return new StreamFailure(Reason.GONE, "stream " + stream + " is gone");
  }

  /**
   * The events that were lost.
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

  /** Whether the log itself is at fault, so that no reader will get past this place. */
  public boolean isLoss() {
    return reason == Reason.TRUNCATED || reason == Reason.DAMAGED;
  }

  /** Whether a later attempt by another writer may succeed. */
  public boolean worthRetrying() {
    return reason == Reason.FENCED || reason == Reason.TRUNCATED;
  }
}
