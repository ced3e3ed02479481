package dev.everbrook.engine.channel;

/** How a wish to delete ended. */
public enum Deletion {
  /** Its name is free, or will be when its last fork is deleted. */
  DONE,
  /** It had been deleted, and is kept for its forks. */
  ALREADY,
  /** There is no such channel. */
  MISSING
}
