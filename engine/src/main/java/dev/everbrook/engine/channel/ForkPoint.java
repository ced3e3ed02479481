package dev.everbrook.engine.channel;

import java.util.OptionalLong;

/**
 * Where a channel leaves another, from which it has all events before.
 *
 * @param source belongs to the same principal
 * @param at the number of the first event that is not shared; none for the end as it stands
 * @param within how much more is taken along: so many events of JSON, or so many bytes of the event
 *     {@code at}
 */
public record ForkPoint(ChannelName source, OptionalLong at, long within) {
  public ForkPoint {
    if (at.orElse(0) < 0 || within < 0) {
      throw new IllegalArgumentException("a fork begins at an event, 0 or later");
    }
  }
}
