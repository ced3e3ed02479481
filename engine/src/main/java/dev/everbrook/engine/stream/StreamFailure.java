package dev.everbrook.engine.stream;

/** An append or an end that was not taken. */
public final class StreamFailure extends RuntimeException {

  /** What stood in the way. */
  public enum Reason {
    /** Somebody else owns the stream now; this writer's late events went nowhere. */
    FENCED,
    /** The database rejected what this stream wrote; other streams are not concerned. */
    REJECTED,
    /** The stream has ended. */
    ENDED
  }

  private final Reason reason;

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
