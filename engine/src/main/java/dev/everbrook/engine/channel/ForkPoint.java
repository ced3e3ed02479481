package dev.everbrook.engine.channel;

import java.util.OptionalLong;

/**
 * The point at which a channel parts from its source, whose earlier events it shares.
 *
 * @param source a channel of the same principal
 * @param at the number of the first event that is not shared; empty for the current end
 * @param within how much of the source is taken in addition: a number of events if they are JSON,
 *     otherwise a number of bytes of the event {@code at}
 */
public record ForkPoint(ChannelName source, OptionalLong at, long within) {
  public ForkPoint {
    if (at.orElse(0) < 0 || within < 0) {
      throw new IllegalArgumentException("a fork begins at an event, 0 or later");
    }
  }
}
