package dev.everbrook.engine.job;

import java.util.List;
import java.util.Locale;

/**
 * A job that another job waits for, with its own children.
 *
 * @param onFailure what becomes of the parent if this one fails or is cancelled
 */
public record Child(NewJob job, OnFailure onFailure, List<Child> children) {

  /** What becomes of a parent whose child does not end well. */
  public enum OnFailure {
    /** It fails, too, without running. */
    FAIL,
    /** It runs at once and waits for no other. */
    CONTINUE,
    /** It runs when the others have ended. */
    IGNORE;

    public String column() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public Child {
    children = List.copyOf(children);
  }

  /** A child without which its parent fails. */
  public static Child of(NewJob job, Child... children) {
    return new Child(job, OnFailure.FAIL, List.of(children));
  }

  /** The same with another rule for its failure. */
  public Child onFailure(OnFailure other) {
    return new Child(job, other, children);
  }
}
