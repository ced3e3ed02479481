package dev.everbrook.server.http.edge;

import dev.everbrook.server.http.HttpFailure;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Checks whether a request may become a WebSocket: RFC 6455, section 4.2.1. */
final class WebSocketUpgrade {

  private static final String VERSION = "13";

  private WebSocketUpgrade() {}

  /** The reason to refuse the upgrade, if any. */
  static Optional<HttpFailure> refuses(HttpServerRequest request) {
    if (!names(request, "upgrade", "websocket")) {
      request.response().putHeader("upgrade", "websocket").putHeader("connection", "upgrade");
      return refused(426, "This is a WebSocket; connect to it as one.");
    }
    if (!VERSION.equals(request.getHeader("sec-websocket-version"))) {
      request.response().putHeader("sec-websocket-version", VERSION);
      return refused(426, "Sec-WebSocket-Version must be " + VERSION + ".");
    }
    if (!names(request, "connection", "upgrade") || request.version() != HttpVersion.HTTP_1_1) {
      return refused(400, "A WebSocket begins with HTTP/1.1 and the header Connection: Upgrade.");
    }
    List<String> keys = request.headers().getAll("sec-websocket-key");
    if (keys.size() != 1 || !keys.getFirst().matches("[A-Za-z0-9+/]{22}==")) {
      return refused(400, "Sec-WebSocket-Key must be 16 bytes in Base64.");
    }
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    boolean empty = length == null || length.equals("0");
    return empty && request.getHeader(HttpHeaders.TRANSFER_ENCODING) == null
        ? Optional.empty()
        : refused(400, "A WebSocket begins without a body.");
  }

  private static boolean names(HttpServerRequest request, String header, String token) {
    return request.headers().getAll(header).stream()
        .flatMap(it -> List.of(it.split(",")).stream())
        .anyMatch(it -> it.strip().toLowerCase(Locale.ROOT).equals(token));
  }

  private static Optional<HttpFailure> refused(int status, String why) {
    return Optional.of(new HttpFailure(status, why));
  }
}
