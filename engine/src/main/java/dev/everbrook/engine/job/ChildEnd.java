package dev.everbrook.engine.job;

import java.util.List;
import java.util.OptionalLong;

/**
 * The end of a child, as its parent reads it.
 *
 * @param result its result as JSON text; empty for none
 * @param error the reason why it failed or was cancelled; empty if it is done
 */
public record ChildEnd(long job, String kind, Ended how, String result, String error) {

  /**
   * The ends of some children of a job, in the order of their ids.
   *
   * @param next the {@code after} of the next page; empty on the last page
   */
  public record Page(List<ChildEnd> children, OptionalLong next) {

    public Page {
      children = List.copyOf(children);
    }
  }
}
