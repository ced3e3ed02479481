package dev.everbrook.engine.channel;

import dev.everbrook.engine.store.Fence;
import dev.everbrook.engine.store.Tx;
import java.util.Set;

/** Knows of whoever appends in the name of something whether it is still his. */
@FunctionalInterface
public interface Fencing {

  /** Those of these that hold, and go on to until the transaction has ended. */
  Set<Fence> holding(Tx tx, Set<Fence> fences);
}
