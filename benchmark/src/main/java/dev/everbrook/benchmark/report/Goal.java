package dev.everbrook.benchmark.report;

/** What a measurement was meant to show, and whether it did. */
public record Goal(String goal, boolean met, String measured) {

  public String line() {
    return "goal " + goal + ": " + (met ? "met" : "missed") + " (measured " + measured + ")";
  }
}
