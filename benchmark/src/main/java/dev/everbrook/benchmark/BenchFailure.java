package dev.everbrook.benchmark;

/** A measurement that cannot be trusted or could not be made; no figure of the run counts. */
final class BenchFailure extends RuntimeException {

  BenchFailure(String message) {
    super(message);
  }

  BenchFailure(String message, Throwable cause) {
    super(message, cause);
  }
}
