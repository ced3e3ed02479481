package dev.everbrook.postgres;

/**
 * PostgreSQL could not be started, found or kept. The message says what was wrong, where, and what
 * to do; it never holds the password. A retry helps only if the message says so.
 */
public final class PostgresFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  PostgresFailure(String message) {
    super(message);
  }

  PostgresFailure(String message, Throwable cause) {
    super(message, cause);
  }
}
