package dev.everbrook.engine.job;

import java.util.List;
import java.util.Locale;

/**
 * A job that another job waits for, with its own children.
 *
 * @param onFailure the effect on the parent if this child fails or is cancelled
 */
public record Child(NewJob job, OnFailure onFailure, List<Child> children) {

  /** The effect on a parent when a child fails or is cancelled. */
  public enum OnFailure {
    /** The parent fails, too, without running. */
    FAIL,
    /** The parent runs at once and waits for no other child. */
    CONTINUE,
    /** The parent runs when the other children have ended. */
    IGNORE;

    public String column() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public Child {
    children = List.copyOf(children);
  }

  /** A child whose failure fails its parent. */
  public static Child of(NewJob job, Child... children) {
    return new Child(job, OnFailure.FAIL, List.of(children));
  }

  /** The same child with another rule for its failure. */
  public Child onFailure(OnFailure other) {
    return new Child(job, other, children);
  }
}
