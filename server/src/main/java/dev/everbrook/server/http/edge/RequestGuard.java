package dev.everbrook.server.http.edge;

import dev.everbrook.engine.text.Excerpt;
import dev.everbrook.server.http.HttpFailure;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Refuses foreign requests as long as there are no users: from a page of another site, and under a
 * foreign name that points at this machine (DNS rebinding). It also refuses a repeated header,
 * since a proxy on the way may have used the other value.
 */
final class RequestGuard {

  private static final Set<String> LOOPBACK =
      Set.of("localhost", "127.0.0.1", "[::1]", "::1", "0:0:0:0:0:0:0:1");

  /** Headers with exactly one value. */
  private static final List<String> ONCE =
      List.of(
          "host",
          "origin",
          "authorization",
          "content-type",
          "content-encoding",
          "expect",
          "sec-websocket-version",
          "last-event-id",
          "idempotency-key");

  private RequestGuard() {}

  /** The reason to refuse the request, if any. */
  static Optional<HttpFailure> refuses(HttpServerRequest request) {
    String host = request.getHeader(HttpHeaders.HOST);
    return RequestTarget.refuses(request.method().name(), request.uri())
        .or(() -> refusesTwice(request))
        .or(() -> refusesHost(host))
        .or(() -> refusesAuthority(request.uri(), host))
        .or(() -> refusesOrigin(request, host))
        .or(() -> refusesExpectation(request));
  }

  private static Optional<HttpFailure> refusesTwice(HttpServerRequest request) {
    return ONCE.stream()
        .filter(name -> request.headers().getAll(name).size() > 1)
        .findFirst()
        .map(name -> HttpFailure.badRequest("The header " + name + " may occur only once."));
  }

  private static Optional<HttpFailure> refusesHost(@Nullable String host) {
    if (host != null && isLoopback(host)) {
      return Optional.empty();
    }
    return Optional.of(
        new HttpFailure(
            403,
            "This server answers to localhost and 127.0.0.1 only; it was asked as '"
                + Excerpt.of(host == null ? "" : host)
                + "'."));
  }

  /** Checks a target that is a whole URL, which names the server a second time. */
  private static Optional<HttpFailure> refusesAuthority(String target, @Nullable String host) {
    if (target.startsWith("/")) {
      return Optional.empty();
    }
    String authority = target.replaceFirst("(?i)^https?://", "").split("[/?]", 2)[0];
    return authority.equalsIgnoreCase(host)
        ? Optional.empty()
        : refusesHost(authority)
            .or(() ->
                Optional.of(
                    HttpFailure.badRequest("The URL and the header Host name two servers.")));
  }

  private static Optional<HttpFailure> refusesOrigin(
      HttpServerRequest request, @Nullable String host) {
    // A preflight is harmless: no reply allows a foreign origin, so its browser stops there.
    boolean asksOnly = request.method().equals(HttpMethod.OPTIONS);
    String origin = asksOnly ? null : request.getHeader("origin");
    if (origin == null || origin.equals("http://" + host) || origin.equals("https://" + host)) {
      return Optional.empty();
    }
    return Optional.of(
        new HttpFailure(
            403,
            "Requests from pages of another origin are refused; this one came from '"
                + Excerpt.of(origin)
                + "'."));
  }

  private static Optional<HttpFailure> refusesExpectation(HttpServerRequest request) {
    String expected = request.getHeader(HttpHeaders.EXPECT);
    boolean fulfilled =
        expected == null
            || expected.strip().equalsIgnoreCase("100-continue")
            || request.version() == HttpVersion.HTTP_1_0; // HTTP/1.0 has no expectations
    return fulfilled
        ? Optional.empty()
        : Optional.of(
            new HttpFailure(417, "The only expectation that is supported is 100-continue."));
  }

  private static boolean isLoopback(String host) {
    return authority("http://" + host.toLowerCase(Locale.ROOT))
        .map(LOOPBACK::contains)
        .orElse(false);
  }

  private static Optional<String> authority(String url) {
    try {
      URI uri = new URI(url);
      boolean bare = uri.getUserInfo() == null && uri.getRawPath().isEmpty();
      return bare ? Optional.ofNullable(uri.getHost()) : Optional.empty();
    } catch (URISyntaxException _) {
      return Optional.empty();
    }
  }
}
