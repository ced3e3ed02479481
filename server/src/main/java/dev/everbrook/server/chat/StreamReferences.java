package dev.everbrook.server.chat;

import dev.everbrook.engine.store.Tx;
import dev.everbrook.engine.stream.Removal;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The references of messages to streams; messages of several chats may refer to the same stream. A
 * branch holds streams before it refers to them. A deletion locks them before it checks whether its
 * reference was the last. So of two deletions of the last two references, one finds that it is the
 * last, and a branch never refers to a stream that is being removed. Safe for use by many threads.
 */
final class StreamReferences {

  private static final String USED =
      "SELECT DISTINCT stream_id FROM everbrook.chat_message WHERE stream_id = ANY (?)";

  private final Removal removal;

  StreamReferences(Removal removal) {
    this.removal = removal;
  }

  /** Call it before adding a message that refers to one of these streams. */
  void hold(Tx tx, long... streams) {
    removal.hold(tx, streams);
  }

  /**
   * Removes the streams without a remaining reference.
   *
   * @throws dev.everbrook.engine.stream.StreamFailure if one of them is still being written
   */
  void removeUnused(Tx tx, long... streams) {
    removal.seize(tx, streams);
    Set<Long> used =
        tx.list(USED, row -> row.getLong(1), streams).stream().collect(Collectors.toSet());
    Arrays.stream(streams)
        .distinct()
        .filter(it -> !used.contains(it))
        .forEach(it -> removal.remove(tx, it));
  }
}
