package dev.everbrook.server.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Admits requests that carry a token; docs/decisions/016 has the reasons. Safe for use by many
 * threads.
 *
 * <p>If a token is set, a request must carry it. Otherwise requests from this machine are admitted,
 * unless they came through a proxy; the edge refuses all other machines anyway. In production, no
 * request is admitted without a token. Replies from behind the gate are not cached.
 */
public final class Gate {

  private static final String BEARER = "Bearer ";
  private static final List<String> OF_PROXIES =
      List.of("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via");

  private final String what;
  private final String setting;
  private final Optional<byte[]> token;
  private final boolean openWithout;

  /**
   * @param what the name of the routes behind it, for the beginning of a sentence
   * @param setting the setting of its token
   * @param token empty if no token is set
   * @param openWithout whether requests from this machine are admitted if no token is set
   */
  public Gate(String what, String setting, Optional<String> token, boolean openWithout) {
    this.what = what;
    this.setting = setting;
    this.token = token.map(it -> it.getBytes(StandardCharsets.UTF_8));
    this.openWithout = openWithout;
  }

  /**
   * The handler behind the gate.
   *
   * @param errors the form of errors of the routes behind the gate
   */
  RequestHandler before(RequestHandler handler, ErrorForm errors) {
    return request -> {
      Optional<Reply> refusal = refusal(request, errors);
      return refusal.isPresent()
          ? refusal.get()
          : with(handler.handle(request), "cache-control", "no-store");
    };
  }

  private Optional<Reply> refusal(Request request, ErrorForm errors) {
    if (token.isPresent()) {
      return shows(request, token.get()) ? Optional.empty() : Optional.of(askForToken(errors));
    }
    if (!openWithout) {
      throw new HttpFailure(
          403, what + " is closed: set " + setting + " and send it as a bearer token.");
    }
    if (OF_PROXIES.stream().anyMatch(it -> request.header(it).isPresent())) {
      throw new HttpFailure(
          403,
          "Without a token "
              + Character.toLowerCase(what.charAt(0))
              + what.substring(1)
              + " answers this machine only, and this request came through a proxy: set "
              + setting
              + ".");
    }
    return Optional.empty();
  }

  /** Compares the token in constant time. */
  private static boolean shows(Request request, byte[] token) {
    String header = request.header("authorization").orElse("");
    boolean bearer = header.regionMatches(true, 0, BEARER, 0, BEARER.length());
    byte[] shown =
        (bearer ? header.substring(BEARER.length()).strip() : "").getBytes(StandardCharsets.UTF_8);
    return MessageDigest.isEqual(shown, token);
  }

  private Reply askForToken(ErrorForm errors) {
    return with(
        errors.reply(401, what + " needs its token: Authorization: Bearer …"),
        "www-authenticate",
        "Bearer realm=\"everbrook\"");
  }

  private static Reply with(Reply reply, String header, String value) {
    Map<String, String> headers = new HashMap<>(reply.headers());
    headers.putIfAbsent(header, value);
    return switch (reply) {
      case Reply.Body(var status, var type, var bytes, _) ->
          new Reply.Body(status, type, bytes, headers);
      case Reply.Empty(var status, _) -> new Reply.Empty(status, headers);
      case Reply.Follow(var tail, var dialect, var opening, _, var most) ->
          new Reply.Follow(tail, dialect, opening, headers, most);
    };
  }
}
