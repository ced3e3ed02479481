package dev.everbrook.server.http.edge;

import dev.everbrook.server.http.HttpFailure;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Checks the target of a request: a path or a whole URL, in the characters of URLs. */
final class RequestTarget {

  private RequestTarget() {}

  /** The reason to refuse this target, if any. */
  static Optional<HttpFailure> refuses(String method, String target) {
    if (method.equals("CONNECT") || method.equals("OPTIONS") && target.equals("*")) {
      return Optional.of(
          new HttpFailure(405, method + " is not supported; a request must name a path."));
    }
    if (!target.startsWith("/")
        && !target.regionMatches(true, 0, "http://", 0, 7)
        && !target.regionMatches(true, 0, "https://", 0, 8)) {
      return bad("The request target must be a path that begins with /.");
    }
    for (int i = 0; i < target.length(); i++) {
      char each = target.charAt(i);
      if (each <= ' ' || each >= 0x7f) {
        return bad(
            "The URL has a character that must be escaped, as % and two hexadecimal digits for each"
                + " byte of its UTF-8.");
      }
    }
    int query = target.indexOf('?');
    String path = query < 0 ? target : target.substring(0, query);
    return refusesEscapes("path", path)
        .or(() -> query < 0 ? Optional.empty() : refusesEscapes("query", target.substring(query)));
  }

  private static Optional<HttpFailure> refusesEscapes(String where, String text) {
    ByteBuffer decoded = ByteBuffer.allocate(text.length());
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) != '%') {
        decoded.put((byte) text.charAt(i));
      } else if (i + 2 < text.length()
          && Character.digit(text.charAt(i + 1), 16) >= 0
          && Character.digit(text.charAt(i + 2), 16) >= 0) {
        decoded.put((byte) Integer.parseInt(text, i + 1, i + 3, 16));
        i += 2;
      } else {
        return bad(
            "The "
                + where
                + " has a % that two hexadecimal digits do not follow; a % itself is %25.");
      }
    }
    try {
      StandardCharsets.UTF_8.newDecoder().decode(decoded.flip());
      return Optional.empty();
    } catch (CharacterCodingException _) {
      return bad("The escapes in the " + where + " are not UTF-8.");
    }
  }

  private static Optional<HttpFailure> bad(String why) {
    return Optional.of(HttpFailure.badRequest(why));
  }
}
