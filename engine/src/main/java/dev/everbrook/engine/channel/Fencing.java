package dev.everbrook.engine.channel;

import dev.everbrook.engine.store.Fence;
import dev.everbrook.engine.store.Tx;
import java.util.Set;

/** Says which fences of appends still hold. */
@FunctionalInterface
public interface Fencing {

  /** The fences among these that hold, and go on to hold until the transaction has ended. */
  Set<Fence> holding(Tx tx, Set<Fence> fences);
}
