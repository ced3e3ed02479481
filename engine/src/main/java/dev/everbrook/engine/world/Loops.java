package dev.everbrook.engine.world;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** The loops of one node and their health. Safe for use by many threads. */
public final class Loops {

  private final Set<Loop> all = ConcurrentHashMap.newKeySet();
  private final Consumer<LoopHealth> listener;

  /**
   * @param listener called on a loop's own thread when its steps begin to fail and when they work
   *     again; it must not block, and its exceptions are ignored
   */
  public Loops(Consumer<LoopHealth> listener) {
    this.listener = listener;
  }

  /** The same world, except that loops started in it belong to this set. */
  public World in(World world) {
    return new Watched(world, this);
  }

  /** The health of all loops that are not closed, in the order of their names. */
  public List<LoopHealth> health() {
    all.removeIf(Loop::isClosed);
    return all.stream().map(Loop::health).sorted(Comparator.comparing(LoopHealth::name)).toList();
  }

  /** Ends the remaining loops, when a node could not be built. */
  public void close() {
    Loop.closeAll(all);
  }

  private Loop start(String name, Loop.Step step) {
    all.removeIf(Loop::isClosed);
    Loop loop = Loop.start(name, step, listener);
    all.add(loop);
    return loop;
  }

  private record Watched(World world, Loops loops) implements World {

    @Override
    public Loop loop(String name, Loop.Step step) {
      return loops.start(name, step);
    }

    @Override
    public Instant now() {
      return world.now();
    }

    @Override
    public long nanos() {
      return world.nanos();
    }

    @Override
    public double chance() {
      return world.chance();
    }

    @Override
    public UUID id() {
      return world.id();
    }

    @Override
    public void rest(Duration time) throws InterruptedException {
      world.rest(time);
    }
  }
}
