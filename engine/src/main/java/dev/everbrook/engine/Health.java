package dev.everbrook.engine;

import dev.everbrook.engine.world.LoopHealth;
import java.util.List;

/**
 * The health of a node.
 *
 * @param node the id of its current incarnation
 * @param loops the health of its loops, in the order of their names
 */
public record Health(long node, List<LoopHealth> loops) {

  public Health {
    loops = List.copyOf(loops);
  }

  /** The loops that currently fail; most recover by themselves. */
  public List<LoopHealth> failing() {
    return loops.stream().filter(it -> it.state() != LoopHealth.State.WORKING).toList();
  }

  /** The loops that cannot recover: the process should be restarted. */
  public List<LoopHealth> beyondHelp() {
    return loops.stream().filter(LoopHealth::isBeyondHelp).toList();
  }
}
