package dev.everbrook.engine.job;

/** Thrown by a handler when another attempt would not help: the job fails with this attempt. */
public final class NonRetryable extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public NonRetryable(String message) {
    super(message);
  }

  public NonRetryable(String message, Throwable cause) {
    super(message, cause);
  }
}
