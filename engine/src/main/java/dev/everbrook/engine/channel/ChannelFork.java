package dev.everbrook.engine.channel;

import dev.everbrook.engine.stream.StreamLog;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Computes the point at which a fork parts from its source. An event never changes, so this may be
 * done before the transaction that creates the fork.
 */
final class ChannelFork {

  /**
   * The point at which a fork parts from its source.
   *
   * @param at the number of the fork's first own event
   * @param partial the copied beginning of the source's event {@code at}; may be empty
   */
  record Parting(Channel source, long at, byte[] partial) {

    List<byte[]> taken() {
      return partial.length == 0 ? List.of() : List.of(partial);
    }
  }

  /** The point, or the reason for a refusal. */
  sealed interface Found {
    record Yes(Parting parting) implements Found {}

    record No(Creation why) implements Found {}
  }

  private final StreamLog log;

  ChannelFork(StreamLog log) {
    this.log = log;
  }

  Found of(NewChannel wanted, Optional<Channel> found) {
    ForkPoint point = wanted.source().orElseThrow();
    if (found.isEmpty()) {
      return new Found.No(new Creation.NoSource());
    }
    Channel source = found.get();
    if (wanted.contentType().isPresent()
        && !wanted.contentType().get().isLike(source.contentType())) {
      return new Found.No(new Creation.Unfit("the source holds " + source.contentType().text()));
    }
    return at(source, point.at().orElse(source.next()), point.within());
  }

  private Found at(Channel source, long anchor, long within) {
    boolean json = source.contentType().isJson();
    if (anchor > source.next() || json && within > source.next() - anchor) {
      return beyond("the source has " + source.next() + " events");
    }
    if (json || within == 0) {
      return new Found.Yes(new Parting(source, json ? anchor + within : anchor, new byte[0]));
    }
    if (anchor == source.next()) {
      return beyond("nothing stands in the source after event " + anchor);
    }
    // Also for a deleted source, so that an existing fork of it is recognised.
    byte[] event = log.keptEvent(source.ref().id(), anchor);
    if (within > event.length) {
      return beyond("the event at the offset has " + event.length + " bytes");
    }
    return new Found.Yes(
        within == event.length
            ? new Parting(source, anchor + 1, new byte[0])
            : new Parting(source, anchor, Arrays.copyOf(event, (int) within)));
  }

  private static Found beyond(String why) {
    return new Found.No(new Creation.Beyond(why));
  }
}
