package dev.everbrook.engine;

import dev.everbrook.engine.world.LoopHealth;
import java.util.List;

/**
 * How a node fares.
 *
 * @param node the id of its present life
 * @param loops how each of its loops fares, in the order of their names
 */
public record Health(long node, List<LoopHealth> loops) {

  public Health {
    loops = List.copyOf(loops);
  }

  /** The loops that do not do their work just now; most come back by themselves. */
  public List<LoopHealth> failing() {
    return loops.stream().filter(it -> it.state() != LoopHealth.State.WORKING).toList();
  }

  /** Those that will not come back: the process should be started again. */
  public List<LoopHealth> beyondHelp() {
    return loops.stream().filter(LoopHealth::isBeyondHelp).toList();
  }
}
