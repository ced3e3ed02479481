package dev.everbrook.server.acceptance.edge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.server.testing.Http;
import dev.everbrook.server.testing.RawHttp;
import dev.everbrook.server.testing.Scene;
import dev.everbrook.server.testing.SharedScene;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What comes from elsewhere is turned away, and what is malformed gets a plain answer. */
@ExtendWith(SharedScene.class)
class ForeignRequestsTest {

  private static Scene scene;
  private static URI base;

  @BeforeAll
  static void start(Scene shared) throws Exception {
    scene = shared;
    base = scene.server().base();
  }

  @Test
  void aForeignHostIsRefused() throws Exception {
    for (String host :
        List.of(
            "evil.example",
            "evil.example:" + base.getPort(),
            "127.0.0.1.evil.example",
            "localhost.evil.example",
            "127.0.0.1@evil.example",
            "0.0.0.0",
            "")) {
      String answer = exchange(RawHttp.get("/chats", host));
      assertThat(answer).as(host).matches("(?s)HTTP/1.1 40[03] .*").doesNotContain("chatId");
    }
    assertThat(exchange(RawHttp.get("/chats", "evil.example")))
        .startsWith("HTTP/1.1 403 ")
        .contains("{\"message\":\"This server answers to localhost and 127.0.0.1 only")
        .contains("evil.example");
  }

  @Test
  void aRequestWithoutAHostIsRefused() throws Exception {
    assertThat(exchange("GET /chats HTTP/1.0\r\n\r\n")).matches("(?s)HTTP/1.[01] 40[03] .*");
  }

  @Test
  void theNamesOfThisMachineAreFine() throws Exception {
    for (String host : List.of("localhost", "127.0.0.1", "[::1]", "LOCALHOST")) {
      assertThat(exchange(RawHttp.get("/chats", host + ":" + base.getPort())))
          .as(host)
          .startsWith("HTTP/1.1 200 ");
    }
  }

  @Test
  void aPageOfAnotherOriginIsRefusedAndOurOwnIsNot() throws Exception {
    String host = base.getAuthority();
    for (String origin :
        List.of(
            "https://evil.example",
            "null",
            "http://localhost:" + base.getPort(),
            "http://127.0.0.1:1",
            "http://" + host + ".evil.example")) {
      assertThat(exchange(RawHttp.get("/chats", host, "Origin: " + origin)))
          .as(origin)
          .startsWith("HTTP/1.1 403 ")
          .contains("{\"message\":\"Requests from pages of another origin are refused");
    }
    assertThat(exchange(RawHttp.get("/chats", host, "Origin: http://" + host)))
        .startsWith("HTTP/1.1 200 ");
  }

  @Test
  void aForeignPageCannotAskEither() throws Exception {
    String body = "{\"prompt\":\"for you\"}";
    String answer =
        exchange(
            "POST /chat HTTP/1.1\r\nHost: "
                + base.getAuthority()
                + "\r\nOrigin: https://evil.example\r\nContent-Type: text/plain\r\nContent-Length: "
                + body.length()
                + "\r\nConnection: close\r\n\r\n"
                + body);
    assertThat(answer).startsWith("HTTP/1.1 403 ");
    assertThat(scene.http().get("/chats").body()).doesNotContain("for you");
  }

  @Test
  void aBodyThatIsTooLongIsRefusedWithTheBound() throws Exception {
    String body = "x".repeat((1 << 20) + 1);
    String answer =
        exchange(
            "POST /chat HTTP/1.1\r\nHost: "
                + base.getAuthority()
                + "\r\nContent-Length: "
                + body.length()
                + "\r\nConnection: close\r\n\r\n"
                + body);
    assertThat(answer)
        .startsWith("HTTP/1.1 413 ")
        .contains("{\"message\":\"A body may have at most 1048576 bytes.\"}");
  }

  @Test
  void aLongBodyIsReadAsItIsThoughCurlCallsItAForm() throws Exception {
    String body =
        "{\"model\":\"sim-fast\",\"messages\":[{\"role\":\"user\",\"content\":\"words:3 "
            + "x".repeat(50_000)
            + "\"}]}";
    String answer =
        exchange(
            "POST /v1/chat/completions HTTP/1.1\r\nHost: "
                + base.getAuthority()
                + "\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: "
                + body.length()
                + "\r\nConnection: close\r\n\r\n"
                + body);
    assertThat(answer).startsWith("HTTP/1.1 200 ").contains("\"finish_reason\":\"stop\"");
  }

  @Test
  void whatIsNotThereSaysSo() throws Exception {
    for (String path : List.of("/nothing", "/v1", "/v1/streams", "/../etc/passwd")) {
      Http.Answered answered = scene.http().get(path);
      assertThat(answered.status()).as(path).isEqualTo(404);
      assertThat(answered.message()).as(path).contains("GET");
    }
    assertThat(scene.http().get("/chat").status()).isEqualTo(405);
    assertThat(scene.http().send("DELETE", "/chat").status()).isEqualTo(405);
    assertThat(scene.http().send("DELETE", "/chat").message()).contains("DELETE");
  }

  @Test
  void whatIsNoHttpGetsNoStackTrace() throws Exception {
    for (String request :
        List.of(
            "HELLO\r\n\r\n",
            "GET /%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
            "GET /c/%ff HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
            "GET /chats?after=%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
            "GET /" + "x".repeat(20_000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: localhost\r\nX: " + "y".repeat(20_000) + "\r\n\r\n")) {
      String answer = exchange(request);
      assertThat(answer)
          .as(request.substring(0, Math.min(40, request.length())))
          .doesNotContain("Exception", "\tat ", "io.vertx", "io.netty")
          .matches("(?s)(HTTP/1.[01] [24].*)?");
    }
    assertThat(scene.http().get("/readyz").status()).isEqualTo(200);
  }

  @Test
  void aPageTellsTheBrowserToTrustNobodyElse() throws Exception {
    String answer = exchange(RawHttp.get("/", base.getAuthority()));
    assertThat(answer.toLowerCase(Locale.ROOT))
        .contains("content-security-policy: default-src 'self'")
        .contains("x-content-type-options: nosniff")
        .contains("cross-origin-resource-policy: same-origin")
        .doesNotContain("access-control-allow-origin");
  }

  private static String exchange(String request) throws Exception {
    return RawHttp.exchange(base, request);
  }
}
