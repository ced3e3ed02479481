package dev.everbrook.server.acceptance.settings;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.server.testing.Http;
import dev.everbrook.server.testing.OddProvider;
import dev.everbrook.server.testing.ServerProcess;
import dev.everbrook.server.testing.Told;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How a server is told of its provider, and what it says when it was told wrongly. */
class ProviderSettingsTest {

  private static final Duration SOON = Duration.ofSeconds(30);

  @Test
  void wrongSettingsOfAProviderAreNamedAndNotShown() throws Exception {
    Told told =
        Told.nothing()
            .with("EVERBROOK_FIRST_TOKEN_SECONDS", "1e3")
            .with("EVERBROOK_IDLE_SECONDS", "+5")
            .with("EVERBROOK_ANSWER_MAX_SECONDS", "9".repeat(200))
            .with("EVERBROOK_ANSWERS_AT_ONCE", "٣")
            .with("EVERBROOK_KEEP_DAYS", "")
            .with("EVERBROOK_HISTORY_DAYS", " 5 ")
            .with("OPENAI_BASE_URL", "https://ann:hunter2@h/v1")
            .with("HTTP_PROXY", "hunter2 at proxy:70000")
            .with("https_proxy", "http://ann:hunter2%zz@proxy");
    assertRefused(
        told,
        "EVERBROOK_FIRST_TOKEN_SECONDS must be 1 to 86400, was '1e3'",
        "EVERBROOK_IDLE_SECONDS must be 1 to 86400, was '+5'",
        "EVERBROOK_ANSWER_MAX_SECONDS must be 1 to 86400, was '" + "9".repeat(60) + "…'",
        "EVERBROOK_ANSWERS_AT_ONCE must be 1 to 10000, was '",
        "OPENAI_BASE_URL must not hold a user or a password",
        "HTTP_PROXY must look like http://",
        "https_proxy must look like http://");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"data\":[]} | AI_MODEL must name the model to ask, since 127.0.0.1:PORT lists none",
        "[\"text-embedding-3-small\",\"whisper-1\"] | lists none that holds a conversation:"
            + " text-embedding-3-small, whisper-1",
        "<html>Hello</html> | AI_MODEL must name the model to ask, since the list of the provider"
            + " in OPENAI_BASE_URL could not be read: The provider 127.0.0.1:PORT answered with a"
            + " web page"
      })
  void withoutAModelToChatWithAModelMustBeNamed(String models, String line) throws Exception {
    try (OddProvider provider = OddProvider.listing(models)) {
      String base = "http://127.0.0.1:" + provider.port() + "/v1";
      assertRefused(
          Told.nothing().with("OPENAI_BASE_URL", base),
          line.replace("PORT", Integer.toString(provider.port())));
    }
  }

  @Test
  void aListThatCannotBeHadIsToldWithItsSetting() throws Exception {
    int port = freePort();
    assertRefused(
        Told.nothing().with("OPENAI_BASE_URL", "http://127.0.0.1:" + port + "/v1"),
        "AI_MODEL must name the model to ask, since the list of the provider in OPENAI_BASE_URL"
            + " could not be read: The provider 127.0.0.1:"
            + port
            + " could not be reached");
  }

  @Test
  void aProxyOfAnotherKindIsRefusedOnlyWhereItWouldBeUsed() throws Exception {
    Told told = Told.nothing().with("ALL_PROXY", "socks5://ann:hunter2@127.0.0.1:1080");
    assertRefused(
        told.with("OPENAI_BASE_URL", "https://provider.example/v1").with("AI_MODEL", "m"),
        "ALL_PROXY must begin with http:// to be used for provider.example");
    assertRefused(
        told.with("OPENAI_BASE_URL", "http://127.0.0.1:" + freePort() + "/v1"),
        "AI_MODEL must name the model to ask, since");
  }

  @Test
  void aTunnelIsAskedForWithThePasswordAndNotWithTheKey() throws Exception {
    try (OddProvider proxy = OddProvider.listing("[]")) {
      assertRefused(
          Told.nothing()
              .with("https_proxy", "http://ann:hunter2%21@127.0.0.1:" + proxy.port())
              .with("HTTPS_PROXY", "http://127.0.0.1:1")
              .with("OPENAI_BASE_URL", "https://provider.example/v1"),
          "AI_MODEL must name the model to ask, since",
          "through the proxy 127.0.0.1:" + proxy.port());
      assertThat(proxy.request("CONNECT provider.example:443"))
          .contains("Proxy-Authorization: Basic " + base64("ann:hunter2!"))
          .doesNotContain(Told.KEY);
    }
  }

  @Test
  void theProviderIsAskedThroughTheProxyAndSlowlyIfNeedBe() throws Exception {
    try (OddProvider proxy = OddProvider.listing("[\"nomic-embed-text\",\"chatty\"]")) {
      Told told =
          Told.nothing()
              .withNewDatabase()
              .with("HTTP_PROXY", "ann:hunter2@127.0.0.1:" + proxy.port())
              .with("NO_PROXY", "other.example, 10.0.0.0/8")
              .with("EVERBROOK_FIRST_TOKEN_SECONDS", "2")
              .with("OPENAI_BASE_URL", "HTTP://Provider.example/v1/?api-version=7");
      try (ServerProcess server = ServerProcess.start(told)) {
        assertThat(server.output())
            .contains("chatty at Provider.example through the proxy 127.0.0.1:" + proxy.port())
            .doesNotContain("hunter2");
        assertThat(proxy.request("GET http://Provider.example/v1/models?api-version=7 "))
            .contains("Proxy-Authorization: Basic " + base64("ann:hunter2"));
        assertPatience(server.http(), proxy);
        assertThat(
                proxy.requests("POST http://Provider.example/v1/chat/completions?api-version=7 "))
            .hasSize(2);
      }
    }
  }

  /** Comments are life for longer than the limit; silence is not, and is not asked about anew. */
  private static void assertPatience(Http http, OddProvider provider) throws Exception {
    List<Http.Answered> answers = new ArrayList<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var comments = threads.submit(() -> http.post("/chat", Map.of("prompt", "comments first")));
      var silent = threads.submit(() -> http.post("/chat", Map.of("prompt", "be silent")));
      answers.add(comments.get());
      answers.add(silent.get());
    }
    assertThat(answers.getFirst().json().path("completion").asString()).isEqualTo("Here.");
    assertThat(answers.getLast().status()).as(answers.getLast().body()).isEqualTo(504);
    assertThat(answers.getLast().message())
        .contains("said nothing for 2 s", "EVERBROOK_FIRST_TOKEN_SECONDS");
    assertThat(provider.requests("be silent")).hasSize(1);
    assertThat(provider.requests("comments first")).hasSize(1);
  }

  @Test
  void aHostWithAnUnderscoreIsAskedByItsName(@TempDir Path folder) throws Exception {
    Path hosts = folder.resolve("hosts");
    Files.writeString(hosts, "127.0.0.1 localhost\n127.0.0.1 model_1\n");
    try (OddProvider provider = OddProvider.listing("{\"data\":[{\"id\":\"chatty\"}]}")) {
      Told told =
          Told.nothing()
              .withNewDatabase()
              .with("OPENAI_BASE_URL", "http://model_1:" + provider.port() + "/v1?api-version=7");
      List<String> jvm = new ArrayList<>(told.jvm());
      jvm.add("-Djdk.net.hosts.file=" + hosts);
      try (ServerProcess server = ServerProcess.start(new Told(told.environment(), jvm))) {
        assertThat(server.output()).contains("chatty at model_1:" + provider.port());
        Http.Answered answered = server.http().post("/chat", Map.of("prompt", "Are you there?"));
        assertThat(answered.json().path("completion").asString()).isEqualTo("Here.");
        for (String request :
            List.of("GET /v1/models?api-version=7 ", "POST /v1/chat/completions?api-version=7 ")) {
          assertThat(provider.request(request)).contains("Host: model_1:" + provider.port() + "\r");
        }
      }
    }
  }

  private static void assertRefused(Told told, String... lines) throws Exception {
    try (ServerProcess server = ServerProcess.launch(told)) {
      assertThat(server.awaitExit(SOON)).isEqualTo(2);
      assertThat(server.output())
          .contains(lines)
          .doesNotContain("hunter2", "\tat ", "No such host");
      assertThat(server.output().lines()).allMatch(line -> line.startsWith("everbrook: "));
    }
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }
}
