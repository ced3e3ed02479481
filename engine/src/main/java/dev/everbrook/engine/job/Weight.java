package dev.everbrook.engine.job;

/**
 * What a statement for many jobs carries: a thousand, or fewer where their texts are long, so that
 * it stays below some megabytes. One of the longest weighs as much as about 130 without a text.
 */
final class Weight {

  /** The most that one statement carries, the last job not counted. */
  static final int BATCH_MAX = 1_000;

  private static final int CHARACTERS = 8 * 1024;

  private Weight() {}

  static int of(String text) {
    return 1 + text.length() / CHARACTERS;
  }
}
