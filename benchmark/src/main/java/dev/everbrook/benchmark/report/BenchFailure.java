package dev.everbrook.benchmark.report;

/** A measurement that cannot be trusted or could not be made; no figure of the run counts. */
public final class BenchFailure extends RuntimeException {

  public BenchFailure(String message) {
    super(message);
  }

  public BenchFailure(String message, Throwable cause) {
    super(message, cause);
  }
}
