package dev.everbrook.engine.live;

/**
 * The tail was closed, or the node is stopping. Follow the stream again, on this or another node.
 */
public final class TailClosed extends RuntimeException {
  TailClosed() {
    super("the tail is closed", null, false, false);
  }
}
