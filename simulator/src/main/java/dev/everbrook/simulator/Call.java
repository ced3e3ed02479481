package dev.everbrook.simulator;

import java.time.Instant;
import java.util.Optional;

/**
 * One call to the simulator, as the {@link Journal} knows it at a moment.
 *
 * @param number counts from 1
 * @param model as asked for, faults included
 * @param messages a hash of the conversation, without the beginning of an answer to be continued
 * @param attempt how often this model was asked this, counted from 1
 * @param opened when the request was complete
 * @param progress what was sent so far
 * @param closed when and how it ended, once it did
 */
public record Call(
    long number,
    String model,
    String messages,
    int attempt,
    Instant opened,
    Progress progress,
    Optional<Closed> closed) {

  /** Who ended a call. */
  public enum Side {
    CLIENT,
    SERVER
  }

  /**
   * What was sent.
   *
   * @param firstByte when the first byte of the response left
   * @param bytes of the response, head included
   * @param tokens of text and thinking
   */
  public record Progress(Optional<Instant> firstByte, long bytes, int tokens) {}

  /**
   * The end.
   *
   * @param finished whether all of the response was sent
   */
  public record Closed(Instant at, Side by, boolean finished) {}

  /** Whether the client hung up before the response was complete. */
  public boolean closedByClient() {
    return closed.filter(end -> end.by() == Side.CLIENT).isPresent();
  }

  /** Whether all of the response was sent. */
  public boolean finished() {
    return closed.filter(Closed::finished).isPresent();
  }
}
