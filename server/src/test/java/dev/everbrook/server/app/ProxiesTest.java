package dev.everbrook.server.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.everbrook.model.Provider;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which proxy the usual variables choose, in all their forms. */
class ProxiesTest {

  private static final String PROXY = "http://proxy:3128";

  @ParameterizedTest
  @CsvSource({
    "HTTP_PROXY, http://h/v1, true",
    "http_proxy, http://h/v1, true",
    "HTTP_PROXY, https://h/v1, false",
    "HTTPS_PROXY, https://h/v1, true",
    "https_proxy, HTTPS://h/v1, true",
    "HTTPS_PROXY, http://h/v1, false",
    "ALL_PROXY, http://h/v1, true",
    "all_proxy, https://h/v1, true",
    "Http_Proxy, http://h/v1, false",
    "ALL_PROXY, http://localhost:11434/v1, false",
    "ALL_PROXY, http://LOCALHOST./v1, false",
    "ALL_PROXY, http://x.localhost/v1, false",
    "ALL_PROXY, http://127.8.9.1/v1, false",
    "ALL_PROXY, http://[::1]:8080/v1, false",
    "ALL_PROXY, http://0.0.0.0:8080/v1, false",
    "ALL_PROXY, http://[::ffff:127.0.0.1]:8080/v1, false",
    "ALL_PROXY, http://10.0.0.1/v1, true",
    "ALL_PROXY, http://my_host:8080/v1, true"
  })
  void aVariableHoldsForItsScheme(String name, String base, boolean used) {
    assertThat(proxy(Map.of(name, PROXY), base).isPresent()).isEqualTo(used);
  }

  @Test
  void theNarrowerVariableAndTheSmallLettersGoFirst() {
    Map<String, String> all =
        Map.of("ALL_PROXY", "a:1", "HTTP_PROXY", "b:2", "http_proxy", "c:3", "HTTPS_PROXY", " ");
    assertThat(proxy(all, "http://h").orElseThrow().host()).isEqualTo("c");
    assertThat(proxy(all, "https://h").orElseThrow().host()).isEqualTo("a");
  }

  @ParameterizedTest
  @CsvSource({
    "proxy:3128, proxy, 3128, '', ''",
    "proxy, proxy, 80, '', ''",
    "http://proxy:3128/, proxy, 3128, '', ''",
    "HTTP://Proxy_1:3128, Proxy_1, 3128, '', ''",
    "http://10.0.0.9:8080, 10.0.0.9, 8080, '', ''",
    "http://[::1]:8080, ::1, 8080, '', ''",
    "http://ann:pass@proxy:1, proxy, 1, ann, pass",
    "ann:pa%40s%3As+%2F@proxy:1, proxy, 1, ann, pa@s:s+/",
    "http://ann:p@ss@proxy:1, proxy, 1, ann, p@ss",
    "http://ann@proxy:1, proxy, 1, ann, ''"
  })
  void aProxyIsReadInEveryForm(String text, String host, int port, String user, String password) {
    assertThat(proxy(Map.of("HTTP_PROXY", text), "http://h"))
        .contains(new Provider.Proxy(host, port, user, password));
    assertThat(proxy(Map.of("HTTP_PROXY", text), "http://h").toString())
        .doesNotContain("ann", "pa%", "p@ss");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://",
        "http://proxy:0",
        "http://proxy:65536",
        "http://proxy:port",
        "http://proxy:secret:80",
        "http://ann:secret%zz@proxy:1",
        "http://proxy/secret",
        "http://pro xy",
        ":3128"
      })
  void aProxyThatCannotBeReadIsNamedAndNotShown(String text) {
    assertThatThrownBy(() -> proxy(Map.of("http_proxy", text), "http://h"))
        .isInstanceOf(Misconfigured.class)
        .message()
        .startsWith("http_proxy must look like http://")
        .doesNotContain("secret");
  }

  @ParameterizedTest
  @ValueSource(strings = {"socks5://proxy:1080", "socks://proxy:1080/", "https://proxy:443"})
  void aProxyOfAKindThatIsNotKnownIsRefusedWhereItIsUsed(String text) {
    Map<String, String> told = Map.of("ALL_PROXY", text, "NO_PROXY", "near");
    assertThatThrownBy(() -> proxy(told, "https://h"))
        .isInstanceOf(Misconfigured.class)
        .hasMessageContainingAll("ALL_PROXY must begin with http://", "HTTPS_PROXY", "NO_PROXY");
    assertThat(proxy(told, "https://near")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "* | http://h/v1 | true",
        "h | http://h/v1 | true",
        "H.Example | http://h.example./v1 | true",
        "example | http://h.example/v1 | true",
        ".example | http://h.example/v1 | true",
        "*.example | http://h.example/v1 | true",
        ".h.example | http://h.example/v1 | true",
        "ample | http://h.example/v1 | false",
        "h.example | http://example/v1 | false",
        "a, b c,,h | http://h/v1 | true",
        "h:8080 | http://h:8080/v1 | true",
        "h:8080 | http://h/v1 | false",
        "h:80 | http://h/v1 | true",
        "h:443 | https://h/v1 | true",
        "10.0.0.1 | http://10.0.0.1:8080/v1 | true",
        "10.0.0.1:8080 | http://10.0.0.1:8080/v1 | true",
        "10.0.0.0/8 | http://10.200.3.4/v1 | true",
        "10.0.0.0/8 | http://11.0.0.1/v1 | false",
        "192.168.4.0/22 | http://192.168.7.255/v1 | true",
        "192.168.4.0/22 | http://192.168.8.0/v1 | false",
        "0.0.0.0/0 | http://8.8.8.8/v1 | true",
        "10.0.0.0/99 | http://10.0.0.1/v1 | false",
        "10.0.0.0/x | http://10.0.0.1/v1 | false",
        "10.0.0.0/8 | http://ten/v1 | false",
        "fd00::/8 | http://[fd12::1]/v1 | true",
        "fd00::/8 | http://[fe12::1]/v1 | false",
        "[fd12::1] | http://[fd12:0::1]:8080/v1 | true",
        "[fd12::1]:8080 | http://[fd12::1]:8080/v1 | true",
        "[fd12::1]:81 | http://[fd12::1]:8080/v1 | false",
        "fd12::1 | http://[fd12::1]:8080/v1 | true",
        "my_host | http://my_host:8080/v1 | true",
        ". | http://h/v1 | false",
        "/8 | http://10.0.0.1/v1 | false",
        ": | http://h/v1 | false"
      })
  void anExceptionHoldsInEveryForm(String exceptions, String base, boolean direct) {
    for (String name : List.of("NO_PROXY", "no_proxy")) {
      assertThat(proxy(Map.of("ALL_PROXY", PROXY, name, exceptions), base).isEmpty())
          .isEqualTo(direct);
    }
  }

  private static Optional<Provider.Proxy> proxy(Map<String, String> environment, String base) {
    SettingValues values = new SettingValues(Set.of(), environment, List.of());
    Proxies proxies = Proxies.of(environment, values);
    values.check();
    URI read = Provider.base(base);
    assertThat(proxies.toString()).doesNotContain("pass");
    return proxies.to(read);
  }
}
