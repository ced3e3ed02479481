package dev.everbrook.engine.stream;

import java.util.Optional;
import java.util.stream.Stream;

/**
 * How a stream ends, written in the transaction of its last events.
 *
 * @param state any but {@link StreamState#OPEN}
 * @param body the final text; PostgreSQL's text cannot hold the character 0
 * @param usage JSON
 * @param error JSON
 */
public record Ending(
    StreamState state, Optional<String> body, Optional<String> usage, Optional<String> error) {
  public Ending {
    if (state == StreamState.OPEN) {
      throw new IllegalArgumentException("a stream does not end by being open");
    }
  }

  /** The total length of its texts in UTF-16 units. */
  int weight() {
    return Stream.of(body, usage, error).flatMap(Optional::stream).mapToInt(String::length).sum();
  }
}
