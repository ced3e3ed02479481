package dev.everbrook.model;

import java.time.Duration;
import java.util.Optional;

/**
 * The failure of a call, as data. {@link #message} may be shown to users: it describes the failure
 * and never holds the key.
 */
public sealed interface Failure {

  /** A sentence that describes the failure. */
  String message();

  /** Whether the same call may succeed later without a change. */
  default boolean worthRetrying() {
    return switch (this) {
      case RateLimited _, Overloaded _, Truncated _ -> true;
      // A retry does not make a slow provider faster: the request would go to the end of its queue
      // again, and might be charged twice (docs/decisions/023).
      case Stalled(_, var phase) -> phase == Stalled.Phase.CONNECT || phase == Stalled.Phase.IDLE;
      case ContextTooLong _, QuotaExhausted _, Rejected _, Protocol _, Cancelled _ -> false;
    };
  }

  /**
   * Too many requests (429, 529); {@code retryAfter} is the wait that the provider asks for, if
   * any.
   */
  record RateLimited(String message, Optional<Duration> retryAfter) implements Failure {}

  /** The provider is down, loading or overloaded, or could not be reached (408, 409, 425, 5xx). */
  record Overloaded(String message, Cause cause) implements Failure {
    /** The cause of the failure. */
    public enum Cause {
      /** The provider itself, by its answer. */
      PROVIDER,
      /** Its host name has no address. */
      NAME,
      /** No server accepts connections at its address. */
      REFUSED,
      /** Its certificate is not trusted, or it does not speak TLS. */
      TLS,
      /** The connection broke before the answer. */
      BROKEN
    }

    /** With the provider itself as the cause. */
    public Overloaded(String message) {
      this(message, Cause.PROVIDER);
    }
  }

  /** The stream ended or broke without a finish reason. */
  record Truncated(String message) implements Failure {}

  /** A time limit passed. */
  record Stalled(String message, Phase phase) implements Failure {
    /** The phase of the wait. */
    public enum Phase {
      CONNECT,
      FIRST_TOKEN,
      IDLE,
      TOTAL
    }
  }

  /** The conversation does not fit into the model's context. */
  record ContextTooLong(String message) implements Failure {}

  /** No credit is left (402, insufficient_quota). */
  record QuotaExhausted(String message) implements Failure {}

  /** The provider refused the request: key (401, 403), model (404) or content (400, 422). */
  record Rejected(String message, int status) implements Failure {}

  /** The provider violated the protocol. */
  record Protocol(String message) implements Failure {}

  /** The caller ended the call. */
  record Cancelled(String message) implements Failure {}
}
