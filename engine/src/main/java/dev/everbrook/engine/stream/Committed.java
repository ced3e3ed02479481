package dev.everbrook.engine.stream;

/**
 * Newly durable events.
 *
 * @param ended whether the stream ended with them
 */
public record Committed(StreamRef stream, Entries entries, boolean ended) {

  /** Called for every flush of this node, directly after its commit and on the flushing thread. */
  @FunctionalInterface
  public interface Listener {
    /** Must be quick and must not throw: the next flush waits for it. */
    void committed(Iterable<Committed> flushed);

    /**
     * Called when the database has lost events that this node wrote, and has none from {@code next}
     * on. Must be quick and must not throw.
     */
    default void truncated(StreamRef stream, long next) {}
  }
}
