package dev.everbrook.model;

import java.net.ConnectException;
import java.net.IDN;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The address of a provider: its base URL, parsed and checked. Immutable.
 *
 * <p>{@link URI} accepts only host names of RFC 952. Docker Compose names containers like {@code
 * ollama_1}, which name servers and providers accept but {@link URI} does not. The JDK's client
 * refuses a URL with such a host. So the host is resolved here, the request goes to its IP address,
 * and the name is sent in the header {@code Host}.
 *
 * @param path empty, or begins with a slash; never ends with a slash
 * @param query the raw query without the question mark; may be empty. It may hold a secret and is
 *     never shown
 * @param odd whether {@link URI} does not accept the host
 */
record Address(boolean https, String host, int port, String path, String query, boolean odd) {

  private static final Pattern AUTHORITY = Pattern.compile("([^:\\[\\]]+)(?::(\\d{0,5}))?");
  private static final Pattern ODD_HOST = Pattern.compile("[A-Za-z0-9_.-]{1,253}");
  private static final String COMPLETIONS = "/chat/completions";
  private static final int PORT_MAX = 65_535;

  /**
   * @throws IllegalArgumentException with the requirement that the URL violates; the URL is not
   *     quoted, since it may hold a secret
   */
  static Address of(URI base) {
    String authority = base.getRawAuthority();
    String scheme = String.valueOf(base.getScheme()).toLowerCase(Locale.ROOT);
    if (authority != null && authority.contains("@")) {
      throw new IllegalArgumentException(
          "must not hold a user or a password; the key is set apart");
    }
    if (authority == null || !scheme.equals("http") && !scheme.equals("https")) {
      throw shapeless();
    }
    if (base.getRawFragment() != null) {
      throw new IllegalArgumentException("must have no fragment: nothing after a # is ever sent");
    }
    String path = ascii(base.getRawPath().replaceFirst("/+$", ""));
    if (path.endsWith(COMPLETIONS)) {
      throw new IllegalArgumentException(
          "must end before " + COMPLETIONS + ", which is added to it with every call");
    }
    String query = base.getRawQuery() == null ? "" : ascii("?" + base.getRawQuery()).substring(1);
    return base.getHost() == null
        ? odd(scheme, authority, path, query)
        : new Address(
            scheme.equals("https"), base.getHost(), port(base.getPort()), path, query, false);
  }

  /** Path or query with all characters outside ASCII percent-encoded. */
  private static String ascii(String part) {
    String root = "http://x";
    return URI.create(root + part).toASCIIString().substring(root.length());
  }

  private static Address odd(String scheme, String authority, String path, String query) {
    Matcher parts = AUTHORITY.matcher(authority);
    if (!parts.matches()) {
      throw shapeless();
    }
    String host = parts.group(1);
    host = IDN.toASCII(host, IDN.ALLOW_UNASSIGNED);
    String digits = Optional.ofNullable(parts.group(2)).orElse("");
    int port = port(digits.isEmpty() ? -1 : Integer.parseInt(digits));
    if (!ODD_HOST.matcher(host).matches()) {
      throw shapeless();
    }
    boolean odd = URI.create("http://" + host).getHost() == null;
    if (odd && scheme.equals("https")) {
      throw new IllegalArgumentException(
          "must name its host in letters, digits and hyphens when it is https: no certificate can"
              + " be checked against another name. Give the host another name, or use http");
    }
    return new Address(scheme.equals("https"), host, port, path, query, odd);
  }

  private static int port(int port) {
    if (port == 0 || port > PORT_MAX) {
      throw new IllegalArgumentException("must have a port of 1 to " + PORT_MAX);
    }
    return port;
  }

  private static IllegalArgumentException shapeless() {
    return new IllegalArgumentException(
        "must be an http or https URL without a user, such as https://host/v1");
  }

  /** The address in the form that {@link Provider#base} has. */
  URI uri() {
    return URI.create(root(authority()) + path + question());
  }

  /**
   * The URL for {@code further} below the base, with the base's query.
   *
   * @throws ConnectException if the host has to be resolved here and is unknown
   */
  URI at(String further) throws ConnectException {
    return URI.create(root(odd ? numeric() : authority()) + path + further + question());
  }

  /** The value of the header {@code Host}, if the URL of {@link #at} does not name the host. */
  Optional<String> hostHeader() {
    return odd ? Optional.of(authority()) : Optional.empty();
  }

  /** Host and port; safe to show. */
  String authority() {
    return host + portSuffix();
  }

  /** Whether it is a host of this machine or of the local network, judged by its name alone. */
  boolean isNear() {
    try {
      InetAddress literal = InetAddress.ofLiteral(host.replaceAll("[\\[\\]]", ""));
      byte[] bytes = literal.getAddress();
      return literal.isLoopbackAddress()
          || literal.isSiteLocalAddress()
          || literal.isLinkLocalAddress()
          || literal.isAnyLocalAddress()
          || bytes.length == 16 && (bytes[0] & 0xFE) == 0xFC // fc00::/7, unique local
          || bytes.length == 4 && bytes[0] == 100 && (bytes[1] & 0xC0) == 64; // 100.64.0.0/10
    } catch (IllegalArgumentException aName) {
      String name = host.toLowerCase(Locale.ROOT);
      return !name.contains(".") || name.matches(".*\\.(localhost|local|internal|lan|home\\.arpa)");
    }
  }

  private String root(String authority) {
    return (https ? "https://" : "http://") + authority;
  }

  private String question() {
    return query.isEmpty() ? "" : "?" + query;
  }

  private String portSuffix() {
    return port < 0 ? "" : ":" + port;
  }

  private String numeric() throws ConnectException {
    try {
      String literal = InetAddress.getByName(host).getHostAddress();
      return (literal.contains(":") ? "[" + literal.replaceFirst("%.*", "") + "]" : literal)
          + portSuffix();
    } catch (UnknownHostException unknown) {
      ConnectException unreachable = new ConnectException("the host is not known");
      unreachable.initCause(unknown);
      throw unreachable;
    }
  }
}
