package dev.everbrook.engine.job;

import java.util.List;
import java.util.OptionalLong;

/**
 * How a child ended, as its parent reads it.
 *
 * @param result the JSON text it left; empty for none
 * @param error why it did not end well; empty if it did
 */
public record ChildEnd(long job, String kind, Ended how, String result, String error) {

  /**
   * How some children of a job ended, in the order of their ids.
   *
   * @param next after which id to go on; nothing if there is nothing more
   */
  public record Page(List<ChildEnd> children, OptionalLong next) {

    public Page {
      children = List.copyOf(children);
    }
  }
}
