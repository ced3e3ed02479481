package dev.everbrook.model;

import java.net.URI;

/**
 * Where a model is asked, as whom, and how patiently.
 *
 * @param base the root of the OpenAI-compatible interface, usually ending in {@code /v1}; http or
 *     https, without user, query or fragment. A slash at its end is dropped
 * @param key sent as a bearer token
 * @param limits apply to every call
 */
public record Provider(URI base, ApiKey key, Limits limits) {

  public Provider {
    if (base.getRawUserInfo() != null) {
      // Not even quoted: what stands there is a password.
      throw new IllegalArgumentException(
          "a provider's base URL must not hold a user or password; give the key as the API key");
    }
    boolean web = "http".equalsIgnoreCase(base.getScheme()) || isHttps(base);
    if (!web || base.getHost() == null) {
      throw new IllegalArgumentException(
          "a provider's base URL must look like https://host/v1, was '" + base + "'");
    }
    if (base.getRawQuery() != null || base.getRawFragment() != null) {
      throw new IllegalArgumentException(
          "a provider's base URL must have neither query nor fragment, had one at host "
              + base.getHost());
    }
    String text = base.toString();
    while (text.endsWith("/")) {
      text = text.substring(0, text.length() - 1);
    }
    base = URI.create(text);
  }

  /** With {@link Limits#DEFAULT}. */
  public static Provider of(URI base, ApiKey key) {
    return new Provider(base, key, Limits.DEFAULT);
  }

  URI at(String path) {
    return URI.create(base + path);
  }

  boolean isHttps() {
    return isHttps(base);
  }

  /** How messages call this provider: host and port, never more of the address. */
  String name() {
    return base.getPort() < 0 ? base.getHost() : base.getHost() + ":" + base.getPort();
  }

  private static boolean isHttps(URI base) {
    return "https".equalsIgnoreCase(base.getScheme());
  }
}
