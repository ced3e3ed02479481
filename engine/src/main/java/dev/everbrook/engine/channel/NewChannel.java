package dev.everbrook.engine.channel;

import java.util.List;
import java.util.Optional;

/**
 * A channel to be created.
 *
 * @param contentType what it holds; where nothing is said, that of its source, or bytes
 * @param lifetime where nothing is said, that of its source, or for ever
 * @param closed whether {@code events} are all there will ever be
 * @param events what it begins with; bounded as an {@link Append} is
 * @param source what it is a fork of
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

  /** An empty one that lives until it is deleted. */
  public static NewChannel of(ChannelName name, ContentType contentType) {
    return new NewChannel(
        name, Optional.of(contentType), Optional.empty(), false, List.of(), Optional.empty());
  }
}
