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
 * A request, read whole. Immutable but for {@link #isGone} and {@link #mayFollow}.
 *
 * @param url the path as it was asked for, escapes and all, without the query
 * @param path the parts of the path that the route names
 * @param query by lower-case name; of one that stands twice the first value
 * @param repeated the names that stand twice in the query
 * @param headers by lower-case name
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
   * Whether a stream could be followed now. A handler asks before it starts an answer that its
   * client is to follow.
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

  /** A part of the path that the route names. */
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
