package dev.everbrook.model;

import static dev.everbrook.model.Asking.HELLO;
import static dev.everbrook.model.Asking.all;
import static dev.everbrook.model.Asking.finish;
import static dev.everbrook.model.Asking.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ConnectException;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The forms that base URLs come in, and what is asked then. */
@Timeout(20)
class AddressTest {

  @ParameterizedTest
  @CsvSource({
    "http://h, http://h/models, h",
    "http://h/, http://h/models, h",
    "http://h/v1//, http://h/v1/models, h",
    "HTTPS://Api.Example/v1, https://Api.Example/v1/models, Api.Example",
    "http://h:/v1, http://h/v1/models, h",
    "http://[::1]:8080/v1, http://[::1]:8080/v1/models, [::1]:8080",
    "https://h/v1?api-version=2024-10-21, https://h/v1/models?api-version=2024-10-21, h",
    "https://h/v1/?a=1&b=%2F/, https://h/v1/models?a=1&b=%2F/, h",
    "https://h?a=1, https://h/models?a=1, h",
    "https://h/v1?, https://h/v1/models, h",
    "https://h/a:b/ü, https://h/a:b/%C3%BC/models, h",
    "https://müller.example/v1, https://xn--mller-kva.example/v1/models, xn--mller-kva.example"
  })
  void aBaseUrlIsCompletedBeforeItsQuery(String base, URI models, String name) throws Exception {
    Provider provider = Provider.of(Provider.base(base), ApiKey.none());
    assertThat(provider.address().at("/models")).isEqualTo(models);
    assertThat(provider.name()).isEqualTo(name);
    assertThat(Provider.base(provider.base().toString())).isEqualTo(provider.base());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "secret",
        "secret.example/v1",
        "ftp://secret/v1",
        "http:secret",
        "http:///secret",
        "http://user:secret@h/v1",
        "http://user:secret@my_host/v1",
        "http://secret@h/v1",
        "http://@h/secret",
        "http://h/v1#secret",
        "http://h/v1#",
        "http://h/secret/chat/completions",
        "http://h/secret/chat/completions/?a=1",
        "http://h:0/secret",
        "http://h:65536/secret",
        "http://my_host:65536/secret",
        "http://my_host:secret/v1",
        "http://se cret/v1",
        "http://[secret]/v1",
        "https://my_secret/v1"
      })
  void aBaseUrlThatCannotWorkIsRefusedWithoutBeingShown(String base) {
    assertThatThrownBy(() -> Provider.base(base))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .startsWith("must ")
        .doesNotContain("secret");
  }

  @Test
  void aQueryIsNotShown() {
    assertThat(Provider.of(URI.create("http://h/v1?key=secret"), ApiKey.none()).toString())
        .contains("h")
        .doesNotContain("secret");
  }

  @Test
  void aHostWithAnUnderscoreIsLookedUpAndNamed() throws Exception {
    // What the name servers say of such a name differs from machine to machine; a test of the
    // server over a proxy sees the whole way.
    Address address = Address.of(URI.create("http://127.0.0.1_x:8080/v1?a=b"));
    assertThat(address.hostHeader()).contains("127.0.0.1_x:8080");
    assertThat(address.uri()).isEqualTo(URI.create("http://127.0.0.1_x:8080/v1?a=b"));
    assertThatThrownBy(() -> Address.of(URI.create("http://no_such.invalid/v1")).at("/models"))
        .isInstanceOf(ConnectException.class);
    try (OpenAiModel model =
        new OpenAiModel(Provider.of(URI.create("http://no_such.invalid/v1"), ApiKey.none()))) {
      assertThat(OpenAiModelTest.failure(all(model.open(HELLO))).message())
          .contains("no_such.invalid could not be reached");
      assertThat(model.listing(Duration.ofSeconds(10)))
          .isInstanceOfSatisfying(
              Listing.Unknown.class, it -> assertThat(it.why()).contains("no_such.invalid"));
    }
  }

  @Test
  void theQueryGoesAlongWithEveryCall() throws Exception {
    try (RawServer server =
            new RawServer(
                RawServer.events(text("a"), finish("stop")),
                RawServer.response("200 OK", "application/json", "[\"a\"]"));
        OpenAiModel model =
            new OpenAiModel(
                Provider.of(
                    URI.create(server.base() + "/?api-version=2024-10-21"), ApiKey.none()))) {
      all(model.open(HELLO));
      assertThat(server.request())
          .startsWith("POST /v1/chat/completions?api-version=2024-10-21 HTTP/1.1\r\n");
      assertThat(model.models(Duration.ofSeconds(10))).isPresent();
      assertThat(server.request()).startsWith("GET /v1/models?api-version=2024-10-21 HTTP/1.1\r\n");
    }
  }
}
