package dev.everbrook.engine.channel;

/** The outcome of a deletion. */
public enum Deletion {
  /** Deleted. The name is free now, or when the last fork is deleted. */
  DONE,
  /** The channel was deleted before and is kept for its forks. */
  ALREADY,
  /** The channel does not exist. */
  MISSING
}
