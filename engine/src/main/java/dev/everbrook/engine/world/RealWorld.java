package dev.everbrook.engine.world;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/** The machine's clocks and its source of secure random numbers. */
final class RealWorld implements World {

  static final RealWorld INSTANCE = new RealWorld();

  private static final long VERSION_7 = 0x7000L;
  private static final long VARIANT = 0x8000_0000_0000_0000L;

  private final SecureRandom secure = new SecureRandom();

  private RealWorld() {}

  @Override
  public Instant now() {
    return Instant.now();
  }

  @Override
  public long nanos() {
    return System.nanoTime();
  }

  @Override
  public double chance() {
    return ThreadLocalRandom.current().nextDouble();
  }

  /** A UUID of version 7 as RFC 9562 §5.7 lays it out. */
  @Override
  public UUID id() {
    long high = (now().toEpochMilli() << 16) | VERSION_7 | (secure.nextLong() & 0xFFF);
    long low = VARIANT | (secure.nextLong() >>> 2);
    return new UUID(high, low);
  }

  @Override
  public void rest(Duration time) throws InterruptedException {
    Thread.sleep(time);
  }
}
