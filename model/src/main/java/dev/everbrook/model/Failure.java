package dev.everbrook.model;

import java.time.Duration;
import java.util.Optional;

/**
 * How a call failed, as data. {@link #message} is fit to be shown to a person: it names what
 * happened and never holds the key.
 */
public sealed interface Failure {

  /** What happened, in a sentence. */
  String message();

  /** Whether the same call may succeed later without anyone changing anything. */
  default boolean worthRetrying() {
    return switch (this) {
      case RateLimited _, Overloaded _, Truncated _ -> true;
      // A provider that is slow is not quicker when asked anew: the question would stand at the end
      // of its queue again, and may be paid for twice (docs/decisions/023).
      case Stalled(_, var phase) -> phase == Stalled.Phase.CONNECT || phase == Stalled.Phase.IDLE;
      case ContextTooLong _, QuotaExhausted _, Rejected _, Protocol _, Cancelled _ -> false;
    };
  }

  /** Too many requests (429, 529); {@code retryAfter} is what the provider asked for, if it did. */
  record RateLimited(String message, Optional<Duration> retryAfter) implements Failure {}

  /** The provider is down, loading or overloaded, or could not be reached (408, 409, 425, 5xx). */
  record Overloaded(String message, Cause cause) implements Failure {
    /** What was in the way. */
    public enum Cause {
      /** The provider itself, which answered so. */
      PROVIDER,
      /** Its host name has no address. */
      NAME,
      /** Nothing takes connections at its address. */
      REFUSED,
      /** Its certificate, or what it speaks is not TLS. */
      TLS,
      /** The connection broke before there was an answer. */
      BROKEN
    }

    /** The provider answered so itself. */
    public Overloaded(String message) {
      this(message, Cause.PROVIDER);
    }
  }

  /** The stream ended or broke without a finish reason. */
  record Truncated(String message) implements Failure {}

  /** A limit on time passed. */
  record Stalled(String message, Phase phase) implements Failure {
    /** What was being waited for. */
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

  /** The provider sent something that is not its protocol. */
  record Protocol(String message) implements Failure {}

  /** The caller ended the call. */
  record Cancelled(String message) implements Failure {}
}
