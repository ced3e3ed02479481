package dev.everbrook.server.app;

import dev.everbrook.model.Provider;
import java.net.InetAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The proxy for requests to the provider, by {@code HTTPS_PROXY}, {@code HTTP_PROXY}, {@code
 * ALL_PROXY} and {@code NO_PROXY}, in lower or upper case; lower case has precedence, as in curl.
 * The environment is their only source, since a proxy's password must not be among the arguments of
 * a process. Requests to a provider on this machine never use a proxy.
 *
 * <p>The names of {@code NO_PROXY} are separated by commas or spaces: {@code *}, a host with its
 * subdomains (a leading dot or {@code *.} changes nothing), an address, or a block such as {@code
 * 10.0.0.0/8}, each with or without a port.
 */
record Proxies(Optional<Setting> http, Optional<Setting> https, List<String> exceptions) {

  private static final String NO_PROXY = "NO_PROXY";
  private static final int PORT_DEFAULT = 80;
  private static final int PORT_MAX = 65_535;
  private static final Pattern FORM =
      Pattern.compile(
          "(?:([a-z][a-z0-9+.-]*)://)?(?:(\\S*)@)?(\\[[0-9a-f:.%]+]|[a-z0-9._-]+)(?::(\\d{1,5}))?/?",
          Pattern.CASE_INSENSITIVE);

  /** A variable with its name in the environment; its value is never shown. */
  private record Setting(String name, String scheme, Provider.Proxy proxy) {}

  static Proxies of(Map<String, String> environment, SettingValues values) {
    Optional<Setting> all = setting("ALL_PROXY", environment, values);
    return new Proxies(
        setting("HTTP_PROXY", environment, values).or(() -> all),
        setting("HTTPS_PROXY", environment, values).or(() -> all),
        List.of(
            found(NO_PROXY, environment)
                .map(it -> it.getValue().toLowerCase(Locale.ROOT).split("[,\\s]+", -1))
                .orElse(new String[0])));
  }

  private static Optional<Map.Entry<String, String>> found(
      String name, Map<String, String> environment) {
    return List.of(name.toLowerCase(Locale.ROOT), name).stream()
        .map(it -> Map.entry(it, environment.getOrDefault(it, "").strip()))
        .filter(it -> !it.getValue().isEmpty())
        .findFirst();
  }

  private static Optional<Setting> setting(
      String name, Map<String, String> environment, SettingValues values) {
    Optional<Map.Entry<String, String>> found = found(name, environment);
    Optional<Setting> setting = found.flatMap(it -> parsed(it.getKey(), it.getValue()));
    if (found.isPresent() && setting.isEmpty()) {
      // The value is not shown: it may hold a password.
      values.problem(
          found.get().getKey()
              + " must look like http://proxy:3128 or http://user:password@proxy:3128, with"
              + " every character of the password but letters and digits percent-encoded");
    }
    return setting;
  }

  private static Optional<Setting> parsed(String name, String text) {
    Matcher parts = FORM.matcher(text);
    if (!parts.matches()) {
      return Optional.empty();
    }
    int port = parts.group(4) == null ? PORT_DEFAULT : Integer.parseInt(parts.group(4));
    String scheme = Optional.ofNullable(parts.group(1)).orElse("http").toLowerCase(Locale.ROOT);
    String[] user = Optional.ofNullable(parts.group(2)).orElse("").split(":", 2);
    try {
      String password = user.length > 1 ? decoded(user[1]) : "";
      return port < 1 || port > PORT_MAX
          ? Optional.empty()
          : Optional.of(
              new Setting(
                  name,
                  scheme,
                  new Provider.Proxy(bare(parts.group(3)), port, decoded(user[0]), password)));
    } catch (IllegalArgumentException notEncoded) {
      return Optional.empty();
    }
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  /**
   * The proxy for a provider; empty if requests go to it directly.
   *
   * @throws Misconfigured if the setting for this scheme names a kind of proxy that is not
   *     supported
   */
  Optional<Provider.Proxy> to(URI base) {
    boolean secure = "https".equals(base.getScheme());
    Optional<Setting> setting = secure ? https : http;
    String authority = base.getRawAuthority().toLowerCase(Locale.ROOT);
    int colon = authority.lastIndexOf(':');
    boolean withPort = colon > authority.lastIndexOf(']');
    String host = bare(withPort ? authority.substring(0, colon) : authority);
    String port = withPort ? authority.substring(colon + 1) : secure ? "443" : "80";
    if (setting.isEmpty() || isThisMachine(host) || isException(host, port)) {
      return Optional.empty();
    }
    if (!setting.get().scheme().equals("http")) {
      throw new Misconfigured(
          setting.get().name()
              + " must begin with http:// to be used for "
              + authority
              + ": SOCKS and TLS proxies are not supported. Set an HTTP proxy in "
              + (secure ? "HTTPS_PROXY" : "HTTP_PROXY")
              + ", or name the host in "
              + NO_PROXY);
    }
    return Optional.of(setting.get().proxy());
  }

  private static boolean isThisMachine(String host) {
    return host.equals("localhost")
        || host.endsWith(".localhost")
        || literal(host).filter(it -> it.isLoopbackAddress() || it.isAnyLocalAddress()).isPresent();
  }

  private boolean isException(String host, String port) {
    return exceptions.stream().anyMatch(it -> covers(it, host, port));
  }

  private static boolean covers(String exception, String host, String port) {
    int colon = exception.lastIndexOf(':');
    boolean withPort =
        colon > exception.lastIndexOf(']') && exception.indexOf(':') == colon
            || colon > 0 && exception.charAt(colon - 1) == ']';
    if (withPort && !exception.substring(colon + 1).equals(port)) {
      return false;
    }
    String name = bare(withPort ? exception.substring(0, colon) : exception);
    if (name.equals("*")) {
      return true;
    }
    Optional<InetAddress> address = literal(host);
    if (address.isPresent()) {
      return block(name).filter(it -> it.holds(address.get())).isPresent();
    }
    String suffix = name.replaceFirst("^\\*?\\.", "");
    return !suffix.isEmpty() && (host.equals(suffix) || host.endsWith("." + suffix));
  }

  /** A block of addresses (CIDR) with common first bits. */
  private record Block(byte[] bytes, int bits) {
    boolean holds(InetAddress address) {
      byte[] other = address.getAddress();
      if (other.length != bytes.length) {
        return false;
      }
      int whole = bits / 8;
      int rest = 8 - bits % 8;
      return Arrays.equals(bytes, 0, whole, other, 0, whole)
          && (rest == 8 || (bytes[whole] & 0xFF) >> rest == (other[whole] & 0xFF) >> rest);
    }
  }

  private static Optional<Block> block(String text) {
    String[] parts = text.split("/", 2);
    Optional<InetAddress> first = literal(bare(parts[0]));
    if (first.isEmpty() || parts.length > 1 && !parts[1].matches("\\d{1,3}")) {
      return Optional.empty();
    }
    byte[] bytes = first.get().getAddress();
    int bits = parts.length > 1 ? Integer.parseInt(parts[1]) : bytes.length * 8;
    return bits > bytes.length * 8 ? Optional.empty() : Optional.of(new Block(bytes, bits));
  }

  /** The name without brackets, and without the final dot of a fully qualified one. */
  private static String bare(String host) {
    return host.replaceAll("[\\[\\]]|\\.$", "");
  }

  private static Optional<InetAddress> literal(String host) {
    try {
      return Optional.of(InetAddress.ofLiteral(host));
    } catch (IllegalArgumentException aName) {
      return Optional.empty();
    }
  }

  /** The class name alone, since the settings may hold passwords. */
  @Override
  public String toString() {
    return "Proxies";
  }
}
