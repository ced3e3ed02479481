package dev.everbrook.engine;

import dev.everbrook.engine.world.World;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/** The machine's world; extended by what a test wants to be different. */
public abstract class BeforeWorld implements World {

  @Override
  public Instant now() {
    return World.real().now();
  }

  @Override
  public long nanos() {
    return World.real().nanos();
  }

  @Override
  public final double chance() {
    return World.real().chance();
  }

  @Override
  public final UUID id() {
    return World.real().id();
  }

  @Override
  public void rest(Duration time) throws InterruptedException {
    World.real().rest(time);
  }
}
