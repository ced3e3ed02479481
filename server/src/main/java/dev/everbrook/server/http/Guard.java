package dev.everbrook.server.http;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns away what comes from elsewhere while there is no identity to ask for: a page of another
 * site that posts here, and a foreign name that was made to point at this machine (DNS rebinding).
 */
final class Guard {

  private static final Set<String> LOOPBACK =
      Set.of("localhost", "127.0.0.1", "[::1]", "::1", "0:0:0:0:0:0:0:1");

  private Guard() {}

  /** Why the request is refused, if it is. */
  static Optional<String> refuses(@Nullable String host, @Nullable String origin) {
    if (host == null || !isLoopback(host)) {
      return Optional.of(
          "This server answers to localhost and 127.0.0.1 only; it was asked as '"
              + Quoted.cut(host == null ? "" : host)
              + "'.");
    }
    if (origin != null && !sameOrigin(origin, host)) {
      return Optional.of(
          "Requests from pages of another origin are refused; this one came from '"
              + Quoted.cut(origin)
              + "'.");
    }
    return Optional.empty();
  }

  private static boolean isLoopback(String host) {
    return authority("http://" + host.toLowerCase(Locale.ROOT))
        .map(LOOPBACK::contains)
        .orElse(false);
  }

  private static Optional<String> authority(String url) {
    try {
      URI uri = new URI(url);
      return uri.getUserInfo() == null ? Optional.ofNullable(uri.getHost()) : Optional.empty();
    } catch (URISyntaxException _) {
      return Optional.empty();
    }
  }

  private static boolean sameOrigin(String origin, String host) {
    return origin.equals("http://" + host) || origin.equals("https://" + host);
  }
}
