package dev.everbrook.server.http;

import dev.everbrook.engine.live.Tail;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;

/** The reply of a handler. */
public sealed interface Reply {

  /** Extra headers. */
  Map<String, String> headers();

  /** A whole body. */
  record Body(int status, String contentType, byte[] bytes, Map<String, String> headers)
      implements Reply {}

  /** No body. */
  record Empty(int status, Map<String, String> headers) implements Reply {}

  /**
   * A stream of server-sent events, followed to its end. The edge closes the tail.
   *
   * @param opening bytes before the first event; may be empty
   * @param most how long it is followed before the reader has to reconnect
   */
  record Follow(
      Tail tail,
      Dialect dialect,
      byte[] opening,
      Map<String, String> headers,
      Optional<Duration> most)
      implements Reply {

    public Follow(Tail tail, Dialect dialect, byte[] opening, Map<String, String> headers) {
      this(tail, dialect, opening, headers, Optional.empty());
    }
  }

  /** A value as JSON. */
  static Reply json(int status, Object value) {
    return new Body(
        status,
        "application/json; charset=utf-8",
        JsonMapper.shared().writeValueAsBytes(value),
        Map.of());
  }

  static Reply html(int status, byte[] page) {
    return new Body(status, "text/html; charset=utf-8", page, Map.of("cache-control", "no-store"));
  }

  static Reply text(int status, String text) {
    return new Body(
        status, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8), Map.of());
  }

  static Reply empty(int status) {
    return new Empty(status, Map.of());
  }

  /** The form of errors in this server's own dialects. */
  static Reply failure(int status, String message) {
    return json(status, Map.of("message", message));
  }
}
