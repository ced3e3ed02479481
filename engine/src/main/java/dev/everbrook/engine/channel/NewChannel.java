package dev.everbrook.engine.channel;

import java.util.List;
import java.util.Optional;

/**
 * A channel to be created.
 *
 * @param contentType the type of its events; empty for the source's type, or bytes without a source
 * @param lifetime empty for the source's lifetime, or for ever without a source
 * @param closed whether it is created closed, with {@code events} as its only events
 * @param events its first events; bounded like an {@link Append}
 * @param source the fork point, for a fork
 */
public record NewChannel(
    ChannelName name,
    Optional<ContentType> contentType,
    Optional<Lifetime> lifetime,
    boolean closed,
    List<byte[]> events,
    Optional<ForkPoint> source) {

  public NewChannel {
    events = List.copyOf(events);
    Append.check(events);
  }

  /** An empty channel that lives until it is deleted. */
  public static NewChannel of(ChannelName name, ContentType contentType) {
    return new NewChannel(
        name, Optional.of(contentType), Optional.empty(), false, List.of(), Optional.empty());
  }
}
