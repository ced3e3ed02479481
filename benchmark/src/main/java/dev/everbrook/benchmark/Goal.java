package dev.everbrook.benchmark;

/** What a measurement was meant to show, and whether it did. */
record Goal(String goal, boolean met, String measured) {

  String line() {
    return "goal " + goal + ": " + (met ? "met" : "missed") + " (measured " + measured + ")";
  }
}
