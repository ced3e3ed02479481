package dev.everbrook.engine.job;

import java.util.List;
import java.util.OptionalLong;

/**
 * How some children of a job ended, in the order of their ids.
 *
 * @param next after which id to go on; nothing if there is nothing more
 */
public record ChildPage(List<ChildEnd> children, OptionalLong next) {

  public ChildPage {
    children = List.copyOf(children);
  }
}
