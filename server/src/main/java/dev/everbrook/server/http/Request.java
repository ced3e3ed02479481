package dev.everbrook.server.http;

import dev.everbrook.engine.store.Principal;
import dev.everbrook.engine.text.Excerpt;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;

/**
 * A completely read request. Immutable except for {@link #isGone} and {@link #mayFollow}.
 *
 * @param url the requested path with its escapes, without the query
 * @param path the parts of the path by the route's names
 * @param query the first value of each parameter, by lower-case name
 * @param repeated the names that occur more than once in the query
 * @param headers the headers by lower-case name
 */
public record Request(
    Principal principal,
    String method,
    String url,
    Map<String, String> path,
    Map<String, String> query,
    Set<String> repeated,
    Map<String, String> headers,
    byte[] body,
    BooleanSupplier gone,
    BooleanSupplier room) {

  /**
   * Whether a stream could be followed now. A handler checks this before it starts an answer for
   * its client to follow.
   */
  public boolean mayFollow() {
    return room.getAsBoolean();
  }

  /**
   * Whether the client has left or the server is stopping. A handler that waits for long checks it
   * now and then.
   */
  public boolean isGone() {
    return gone.getAsBoolean();
  }

  public Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
  }

  public Optional<String> parameter(String name) {
    return Optional.ofNullable(query.get(name));
  }

  /** A named part of the route's path. */
  public String part(String name) {
    return path.getOrDefault(name, "");
  }

  /** The id in the path; a text that is not an id is answered 404. */
  public UUID id(String name) {
    String text = part(name);
    return uuid(text)
        .orElseThrow(
            () -> HttpFailure.notFound("There is nothing with the id '" + Excerpt.of(text) + "'."));
  }

  /** A UUID in its canonical form only. */
  public static Optional<UUID> uuid(String text) {
    if (text.length() != 36) {
      return Optional.empty();
    }
    try {
      return Optional.of(UUID.fromString(text));
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }
}
