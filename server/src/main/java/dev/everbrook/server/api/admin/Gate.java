package dev.everbrook.server.api.admin;

import dev.everbrook.server.http.HttpFailure;
import dev.everbrook.server.http.Reply;
import dev.everbrook.server.http.Request;
import dev.everbrook.server.http.Routes;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Lets the operator in and nobody else; docs/decisions/016 says why so. Safe for use by many
 * threads.
 *
 * <p>With a token, only who shows it. Without one, only who asks from this machine, which the edge
 * sees to for all it serves; in production nobody, and nobody that a proxy speaks for.
 */
public final class Gate {

  private static final String BEARER = "Bearer ";
  private static final List<String> OF_PROXIES =
      List.of("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via");

  private final Optional<byte[]> token;
  private final boolean openWithout;

  private Gate(Optional<byte[]> token, boolean openWithout) {
    this.token = token;
    this.openWithout = openWithout;
  }

  /** Open to who shows this token. */
  public static Gate token(String token) {
    return new Gate(Optional.of(token.getBytes(StandardCharsets.UTF_8)), false);
  }

  /** Open to who asks from this machine. */
  public static Gate thisMachine() {
    return new Gate(Optional.empty(), true);
  }

  /** Open to nobody. */
  public static Gate shut() {
    return new Gate(Optional.empty(), false);
  }

  /** The handler behind the gate. */
  Routes.Handler before(Routes.Handler handler) {
    return request -> {
      if (token.isPresent()) {
        return shows(request, token.get()) ? handler.handle(request) : askForToken();
      }
      if (!openWithout) {
        throw new HttpFailure(
            403,
            "The administration API is closed: set EVERBROOK_ADMIN_TOKEN and send it as a bearer"
                + " token.");
      }
      if (OF_PROXIES.stream().anyMatch(it -> request.header(it).isPresent())) {
        throw new HttpFailure(
            403,
            "Without a token the administration API answers this machine only, and this request"
                + " came through a proxy: set EVERBROOK_ADMIN_TOKEN.");
      }
      return handler.handle(request);
    };
  }

  /** Takes as long for a token that is nearly right as for one that is not. */
  private static boolean shows(Request request, byte[] token) {
    String header = request.header("authorization").orElse("");
    boolean bearer = header.regionMatches(true, 0, BEARER, 0, BEARER.length());
    byte[] shown =
        (bearer ? header.substring(BEARER.length()).strip() : "").getBytes(StandardCharsets.UTF_8);
    return MessageDigest.isEqual(shown, token);
  }

  private static Reply askForToken() {
    Reply.Body body =
        (Reply.Body)
            Reply.failure(401, "The administration API wants its token: Authorization: Bearer …");
    return new Reply.Body(
        body.status(),
        body.contentType(),
        body.bytes(),
        Map.of("www-authenticate", "Bearer realm=\"everbrook\""));
  }
}
