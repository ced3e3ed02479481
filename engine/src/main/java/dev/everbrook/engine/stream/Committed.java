package dev.everbrook.engine.stream;

/**
 * Events that have just become durable.
 *
 * @param ended whether the stream ended with them
 */
public record Committed(StreamRef stream, Entries entries, boolean ended) {

  /** Told of every flush of this node, right after its commit and on the flushing thread. */
  @FunctionalInterface
  public interface Listener {
    /** Must be quick and must not throw: the next flush waits for it. */
    void committed(Iterable<Committed> flushed);

    /**
     * The database lost events that this node had written, and has none from {@code next} on. Must
     * be quick and must not throw.
     */
    default void truncated(StreamRef stream, long next) {}
  }
}
