package dev.everbrook.engine.stream;

/** Something that a stream did not take: an append, an end, a fork, a removal, a reader. */
public final class StreamFailure extends RuntimeException {

  /** What stood in the way. */
  public enum Reason {
    /** Somebody else owns the stream now; this writer's late events went nowhere. */
    FENCED,
    /** The database rejected what this stream wrote; other streams are not concerned. */
    REJECTED,
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

  StreamFailure(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }

  /** Whether a later attempt by another writer may succeed. */
  public boolean worthRetrying() {
    return reason == Reason.FENCED;
  }
}
