package dev.everbrook.server.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Lets in whoever knows a token and nobody else; docs/decisions/016 says why so. Safe for use by
 * many threads.
 *
 * <p>With a token, only who shows it. Without one, only who asks from this machine, which the edge
 * sees to for all it serves; in production nobody, and nobody that a proxy speaks for. What is
 * answered behind it is kept by no cache.
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
   * @param what stands behind it, as a sentence begins with it
   * @param setting where its token is set
   * @param token nothing for none
   * @param openWithout whether, without a token, this machine may enter
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
   * @param errors how what stands behind it tells errors
   */
  Routes.Handler before(Routes.Handler handler, Routes.ErrorForm errors) {
    return request -> {
      Optional<Reply> refusal = refusal(request, errors);
      return refusal.isPresent()
          ? refusal.get()
          : with(handler.handle(request), "cache-control", "no-store");
    };
  }

  private Optional<Reply> refusal(Request request, Routes.ErrorForm errors) {
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

  /** Takes as long for a token that is nearly right as for one that is not. */
  private static boolean shows(Request request, byte[] token) {
    String header = request.header("authorization").orElse("");
    boolean bearer = header.regionMatches(true, 0, BEARER, 0, BEARER.length());
    byte[] shown =
        (bearer ? header.substring(BEARER.length()).strip() : "").getBytes(StandardCharsets.UTF_8);
    return MessageDigest.isEqual(shown, token);
  }

  private Reply askForToken(Routes.ErrorForm errors) {
    return with(
        errors.reply(401, what + " wants its token: Authorization: Bearer …"),
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
