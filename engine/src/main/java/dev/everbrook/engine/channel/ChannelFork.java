package dev.everbrook.engine.channel;

import dev.everbrook.engine.stream.StreamLog;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Works out where a fork parts from its source. What stands at a number never changes, so this may
 * be done before the transaction that makes the fork.
 */
final class ChannelFork {

  /**
   * Where a fork parts.
   *
   * @param at its own events begin with this number
   * @param partial what it takes along of the source's event {@code at}; may be empty
   */
  record Parting(Channel source, long at, byte[] partial) {

    List<byte[]> taken() {
      return partial.length == 0 ? List.of() : List.of(partial);
    }
  }

  /** Where, or why not. */
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
    // A deleted source too: by this a fork of it that is there already is found.
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
