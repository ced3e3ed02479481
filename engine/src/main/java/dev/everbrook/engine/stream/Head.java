package dev.everbrook.engine.stream;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * The state of a stream without its events.
 *
 * @param events the total number of events; present once the stream has ended
 * @param body the final text, if its writer stored one
 * @param usage the writer's JSON
 * @param error the writer's JSON
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
