package dev.everbrook.benchmark.fanout;

import java.util.BitSet;

/** The numbers one reader was given, of which each should come once and in order. Thread-safe. */
final class Sequence {

  private final BitSet seen = new BitSet();
  private int highest = -1;
  private long repeated;

  /** Returns whether the number is new. */
  synchronized boolean see(int number) {
    if (number <= highest) {
      repeated++;
    }
    highest = Math.max(highest, number);
    boolean known = seen.get(number);
    seen.set(number);
    return !known;
  }

  /** How many came a second time, or after a higher one. */
  synchronized long repeated() {
    return repeated;
  }

  /** How many of these never came. */
  synchronized long missing(BitSet expected) {
    BitSet missing = (BitSet) expected.clone();
    missing.andNot(seen);
    return missing.cardinality();
  }
}
