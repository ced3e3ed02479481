package dev.everbrook.engine.channel;

import dev.everbrook.engine.store.Fence;
import dev.everbrook.engine.store.Tx;
import java.util.Set;

/** Checks the fences of appends. */
@FunctionalInterface
public interface Fencing {

  /** The fences that hold, and keep holding until the transaction has ended. */
  Set<Fence> holding(Tx tx, Set<Fence> fences);
}
