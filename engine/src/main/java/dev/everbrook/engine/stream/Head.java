package dev.everbrook.engine.stream;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * What is known of a stream without reading its events.
 *
 * @param events how many events it has in all; known once it has ended
 * @param body the text it came to, if its writer left one
 * @param usage JSON, as its writer left it
 * @param error JSON, as its writer left it
 */
public record Head(
    StreamRef ref,
    String kind,
    StreamState state,
    OptionalLong events,
    Optional<String> body,
    Optional<String> usage,
    Optional<String> error) {

  public boolean isOpen() {
    return state == StreamState.OPEN;
  }
}
