package dev.everbrook.benchmark.report;

/** A command line that makes no sense; the message says what would. */
public final class Misuse extends RuntimeException {

  public Misuse(String message) {
    super(message);
  }
}
