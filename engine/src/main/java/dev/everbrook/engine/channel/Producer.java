package dev.everbrook.engine.channel;

/**
 * Who appends, and the how-manieth append it is: what was taken already is not taken again.
 *
 * @param id 1 to {@link #ID_MAX} characters, chosen by the producer; it keeps it when it restarts
 * @param epoch which life of the producer; one that is older than the newest seen is fenced off
 * @param seq numbers its appends from 0 in each epoch, without a gap
 */
public record Producer(String id, long epoch, long seq) {

  public static final int ID_MAX = 256;

  /** How many a channel remembers; a producer keeps its id, so none needs many. */
  public static final int CHANNEL_MAX = 10_000;

  /** The largest number that every JSON reader keeps exactly. */
  public static final long NUMBER_MAX = (1L << 53) - 1;

  public Producer {
    if (id.isEmpty() || id.length() > ID_MAX || id.indexOf(0) >= 0) {
      throw new IllegalArgumentException("a producer's id must have 1 to 256 characters");
    }
    if (epoch < 0 || epoch > NUMBER_MAX || seq < 0 || seq > NUMBER_MAX) {
      throw new IllegalArgumentException("a producer's epoch and seq must be 0 to 2^53-1");
    }
  }
}
