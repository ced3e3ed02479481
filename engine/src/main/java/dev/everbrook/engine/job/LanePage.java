package dev.everbrook.engine.job;

import java.util.List;
import java.util.Optional;

/**
 * Lanes of a queue in the order of their names.
 *
 * @param next with which name to go on; nothing if there are no more
 */
public record LanePage(List<LaneView> lanes, Optional<String> next) {

  public LanePage {
    lanes = List.copyOf(lanes);
  }
}
