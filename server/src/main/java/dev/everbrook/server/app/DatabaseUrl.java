package dev.everbrook.server.app;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * An external PostgreSQL, given as {@code postgresql://user:password@host:port/database} or as a
 * JDBC URL. Its text form hides the password.
 */
record DatabaseUrl(String jdbc, String user, String password) {

  /** The setting {@code name}, if present. */
  static Optional<DatabaseUrl> of(SettingValues values, String name) {
    Optional<String> text = values.text(name);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    Optional<DatabaseUrl> url = parse(text.get());
    if (url.isEmpty()) {
      values.problem(
          name
              + " must look like postgresql://user:password@host:5432/database or"
              + " jdbc:postgresql://host:5432/database?user=…&password=…");
    }
    return url;
  }

  private static Optional<DatabaseUrl> parse(String text) {
    if (text.startsWith("jdbc:postgresql:")) {
      String place = text.split("\\?", 2)[0];
      return place.contains("@") // a password there would be shown as part of the host
          ? Optional.empty()
          : Optional.of(new DatabaseUrl(text, "", ""));
    }
    try {
      URI uri = new URI(text);
      boolean postgres = "postgresql".equals(uri.getScheme()) || "postgres".equals(uri.getScheme());
      if (!postgres || uri.getHost() == null || uri.getPath().length() < 2) {
        return Optional.empty();
      }
      String[] user = Optional.ofNullable(uri.getRawUserInfo()).orElse("").split(":", 2);
      String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
      String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
      return Optional.of(
          new DatabaseUrl(
              "jdbc:postgresql://" + uri.getHost() + port + uri.getRawPath() + query,
              decoded(user[0]),
              user.length > 1 ? decoded(user[1]) : ""));
    } catch (URISyntaxException _) {
      return Optional.empty();
    }
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  /** The part that may be shown: host and database only. */
  String shown() {
    int query = jdbc.indexOf('?');
    return jdbc.substring("jdbc:".length(), query < 0 ? jdbc.length() : query);
  }

  @Override
  public String toString() {
    return "DatabaseUrl[" + shown() + "]";
  }
}
