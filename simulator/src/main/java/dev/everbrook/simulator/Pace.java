package dev.everbrook.simulator;

import java.util.SplittableRandom;

/**
 * When the next token is due. Times are kept on an absolute schedule, so a late wake-up does not
 * push back all that follows. Each gap is drawn around the profile's with a spread of 10 %.
 */
final class Pace {

  private static final double SPREAD = 0.1;

  private final Profile profile;
  private final double speed;
  private final SplittableRandom chance;
  private final long start = System.nanoTime();
  private double due;

  Pace(Profile profile, double speed, SplittableRandom chance) {
    this.profile = profile;
    this.speed = speed;
    this.chance = chance;
  }

  /** Nanoseconds from now until the first token may come. */
  long first(int extraSeconds) {
    due += spread(profile.firstToken().toNanos()) + extraSeconds * 1e9 / speed;
    return left();
  }

  /** Nanoseconds from now until as many further tokens may be out. */
  long next(int tokens) {
    for (int i = 0; i < tokens; i++) {
      due += spread(profile.betweenTokens().toNanos());
    }
    return left();
  }

  private double spread(long nanos) {
    return nanos == 0 ? 0 : Math.max(0, nanos * (1 + SPREAD * chance.nextGaussian())) / speed;
  }

  private long left() {
    return (long) due - (System.nanoTime() - start);
  }
}
