package dev.everbrook.model;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * The access to a provider: address, key, limits and proxy.
 *
 * @param base the root of the OpenAI-compatible interface, usually ending in {@code /v1}; http or
 *     https, without user and fragment. Slashes at the end of its path are dropped; a query such as
 *     {@code ?api-version=…} is sent with every call
 * @param key sent as a bearer token
 * @param limits apply to every call
 * @param proxy the proxy of every call; without one the JVM's own setting applies ({@code
 *     -Dhttps.proxyHost}), as for any client of the JDK
 */
public record Provider(URI base, ApiKey key, Limits limits, Optional<Proxy> proxy) {

  /**
   * @throws IllegalArgumentException if the base URL is unusable; the message does not quote it
   */
  public Provider {
    base = root(base).uri();
  }

  /** Without a proxy of its own. */
  public Provider(URI base, ApiKey key, Limits limits) {
    this(base, key, limits, Optional.empty());
  }

  /** With {@link Limits#of} its host. */
  public static Provider of(URI base, ApiKey key) {
    return new Provider(base, key, Limits.of(base));
  }

  /**
   * Reads a base URL.
   *
   * @throws IllegalArgumentException with the violated requirement, as the end of a sentence that
   *     begins with the setting's name; the text is not quoted, since it may be a secret
   */
  public static URI base(String text) {
    try {
      return Address.of(new URI(text)).uri();
    } catch (URISyntaxException notAUrl) {
      throw new IllegalArgumentException(
          "must be an http or https URL without a user, such as https://host/v1", notAUrl);
    }
  }

  private static Address root(URI base) {
    try {
      return Address.of(base);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("a provider's base URL " + e.getMessage(), e);
    }
  }

  Address address() {
    return Address.of(base);
  }

  /** The provider's name in messages: host and port, never more of the address. */
  public String name() {
    return address().authority();
  }

  /** Without the base's query, which may hold a secret. */
  @Override
  public String toString() {
    return "Provider[" + name() + ", " + key + ", " + limits + ", " + proxy + "]";
  }

  /**
   * An HTTP proxy. Never prints its password.
   *
   * @param user empty for a proxy without authentication
   */
  public record Proxy(String host, int port, String user, String password) {

    /** The value of the header Proxy-Authorization, if there is a user. */
    Optional<String> authorization() {
      byte[] pair = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
      return user.isEmpty()
          ? Optional.empty()
          : Optional.of("Basic " + Base64.getEncoder().encodeToString(pair));
    }

    @Override
    public String toString() {
      return host + ":" + port;
    }
  }
}
