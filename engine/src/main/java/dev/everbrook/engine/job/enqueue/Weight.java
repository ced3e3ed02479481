package dev.everbrook.engine.job.enqueue;

/**
 * The weight of a job in a statement for many jobs. A statement carries a thousand jobs, or fewer
 * if their texts are long, so that it stays below some megabytes. A weight is 1 plus one per 8 Ki
 * characters; a full-size job weighs about 130.
 */
public final class Weight {

  /** The greatest weight of one statement, without its last job. */
  public static final int BATCH_MAX = 1_000;

  private static final int CHARACTERS = 8 * 1024;

  private Weight() {}

  public static int of(String text) {
    return 1 + text.length() / CHARACTERS;
  }
}
