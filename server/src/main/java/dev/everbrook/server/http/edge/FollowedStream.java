package dev.everbrook.server.http.edge;

import dev.everbrook.engine.live.Tail;
import java.util.Optional;

/** A stream followed over a {@link LiveSocket}; used on its loop. */
final class FollowedStream {

  final String key;
  final Tail tail;

  /** Whether it is in line, at most once. */
  boolean inLine;

  /** Whether it is being read from the database or waits for that. */
  boolean reading;

  /** Its next frame, already read. */
  Optional<String> prepared = Optional.empty();

  FollowedStream(String key, Tail tail) {
    this.key = key;
    this.tail = tail;
  }
}
