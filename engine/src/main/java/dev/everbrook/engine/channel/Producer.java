package dev.everbrook.engine.channel;

/**
 * The producer of an append and the append's number, by which a repeated append is recognised.
 *
 * @param id 1 to {@link #ID_MAX} characters, chosen by the producer and kept across its restarts
 * @param epoch the incarnation of the producer; an epoch older than the newest seen is fenced off
 * @param seq the number of the append, from 0 in each epoch, without a gap
 */
public record Producer(String id, long epoch, long seq) {

  public static final int ID_MAX = 256;

  /** The most producers that a channel remembers; producers keep their ids, so few are needed. */
  public static final int CHANNEL_MAX = 10_000;

  /** The largest number that every JSON reader represents exactly. */
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
