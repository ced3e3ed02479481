package dev.everbrook.engine.live;

/** Somebody closed the tail, or the node is stopping; follow again, here or elsewhere. */
public final class TailClosed extends RuntimeException {
  TailClosed() {
    super("the tail is closed", null, false, false);
  }
}
