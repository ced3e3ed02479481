package dev.everbrook.engine.job.enqueue;

/**
 * What a statement for many jobs carries: a thousand, or fewer where their texts are long, so that
 * it stays below some megabytes. One of the longest weighs as much as about 130 without a text.
 */
public final class Weight {

  /** The most that one statement carries, the last job not counted. */
  public static final int BATCH_MAX = 1_000;

  private static final int CHARACTERS = 8 * 1024;

  private Weight() {}

  public static int of(String text) {
    return 1 + text.length() / CHARACTERS;
  }
}
