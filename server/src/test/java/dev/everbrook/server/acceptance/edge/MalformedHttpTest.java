package dev.everbrook.server.acceptance.edge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.server.http.Reply;
import dev.everbrook.server.http.Routes;
import dev.everbrook.server.http.edge.Edge;
import dev.everbrook.server.http.edge.EdgeSettings;
import dev.everbrook.server.testing.Http;
import dev.everbrook.server.testing.Logged;
import dev.everbrook.server.testing.RawHttp;
import java.net.URI;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is no HTTP, or is HTTP that two readers could read in two ways, is told so and no more. */
@Isolated("it hears all that this process logs")
class MalformedHttpTest {

  private static Edge edge;
  private static URI base;
  private Logged logged;

  @BeforeAll
  static void start() {
    Routes routes =
        new Routes()
            .get("/page", _ -> Reply.text(200, "page"))
            .get("/item/:id", it -> Reply.text(200, it.path().getOrDefault("id", "")))
            .post("/body", it -> Reply.text(200, "got " + it.body().length))
            .post("/strict/body", it -> Reply.text(200, "got " + it.body().length))
            .area("/strict", 100, (status, why) -> Reply.json(status, Map.of("error", why)))
            .browsers(
                (status, why, _) -> Reply.html(status, ("<p>" + why + "</p>").getBytes(UTF_8)));
    edge = Edge.start(EdgeSettings.at("127.0.0.1", 0), routes);
    base = URI.create("http://127.0.0.1:" + edge.port());
  }

  @AfterAll
  static void stop() {
    edge.close();
  }

  @BeforeEach
  void listen() {
    logged = Logged.listen();
  }

  @AfterEach
  void nothingIsLoggedAboveDebug() {
    logged.close();
    assertThat(logged.lines()).isEmpty();
  }

  private static Arguments bad(String what, int status, String says, String request) {
    return Arguments.of(what, status, says, request.replace("\n", "\r\n"));
  }

  private static String chunked(String body) {
    return "POST /body HTTP/1.1\nHost: localhost\nTransfer-Encoding: chunked\n\n" + body;
  }

  private static String head(String lines) {
    return "GET /page HTTP/1.1\nHost: localhost\n" + lines + "\n";
  }

  static Stream<Arguments> requests() {
    String post = "POST /body HTTP/1.1\nHost: localhost\n";
    return Stream.of(
        bad("letters as a chunk size", 400, "chunks", chunked("zz\nabc\n")),
        bad("a long line of a chunk", 400, "before a chunk", chunked("3;a=" + "x".repeat(9_000))),
        bad("long trailers", 431, "trailers", chunked("3\nabc\n0\n" + "X: y\n".repeat(3_000))),
        bad("a header without a name", 400, "must have a name", head(": x\n")),
        bad("two versions", 400, "only once", head("Sec-WebSocket-Version: 13\n".repeat(2))),
        bad("a negative chunk size", 400, "chunks", chunked("-1\nabc\n")),
        bad("no chunk size", 400, "chunks", chunked("\nabc\n")),
        bad("0x before a chunk size", 400, "chunks", chunked("0x3\nabc\n0\n\n")),
        bad("a chunk size beyond 32 bits", 400, "chunks", chunked("80000000\nabc\n")),
        bad("a chunk size beyond 64 bits", 400, "chunks", chunked("ffffffffffffffffff\nabc\n")),
        bad("a chunk longer than it says", 400, "chunks", chunked("2\nabcd\n0\n\n")),
        bad("a broken chunk after a good one", 400, "chunks", chunked("3\nabc\nq\n\n")),
        bad("trailers that never end", 431, "8192", chunked("0\nX: " + "x".repeat(9_000))),
        bad(
            "another expectation",
            417,
            "100-continue",
            post + "Expect: 200-ok\nContent-Length: 1\n\nx"),
        bad("another expectation without a body", 417, "100-continue", head("Expect: 200-ok\n")),
        bad(
            "two expectations",
            400,
            "expect",
            head("Expect: 100-continue\nExpect: 100-continue\n")),
        bad("CONNECT", 405, "CONNECT", "CONNECT localhost:1 HTTP/1.1\nHost: localhost\n\n"),
        bad("OPTIONS *", 405, "OPTIONS", "OPTIONS * HTTP/1.1\nHost: localhost\n\n"),
        bad("GET *", 400, "path", "GET * HTTP/1.1\nHost: localhost\n\n"),
        bad("no path", 400, "path", "GET page HTTP/1.1\nHost: localhost\n\n"),
        bad(
            "another scheme",
            400,
            "path",
            "GET ftp://localhost/page HTTP/1.1\nHost: localhost\n\n"),
        bad(
            "a method in small letters",
            405,
            "get",
            "get /page HTTP/1.1\nHost: localhost\nConnection: close\n\n"),
        bad(
            "an unknown method",
            405,
            "BREW",
            "BREW /page HTTP/1.1\nHost: localhost\nConnection: close\n\n"),
        bad(
            "a method of the wrong characters",
            400,
            "first line",
            "G{T /page HTTP/1.1\nHost: localhost\n\n"),
        bad("HTTP/2.0", 505, "HTTP/1.1", "GET /page HTTP/2.0\nHost: localhost\n\n"),
        bad("HTTP/1.2", 505, "HTTP/1.1", "GET /page HTTP/1.2\nHost: localhost\n\n"),
        bad("the beginning of HTTP/2", 505, "HTTP/1.1", "PRI * HTTP/2.0\n\nSM\n\n"),
        bad(
            "a version in small letters",
            400,
            "such as",
            "GET /page http/1.1\nHost: localhost\n\n"),
        bad("HTTP/0.9", 400, "line", "GET /page\n\n"),
        bad("no HTTP at all", 400, "line", "HELLO\n\n"),
        bad("a line that is too long", 414, "8192", "GET /" + "x".repeat(9_000) + " HTTP/1.1\n\n"),
        bad("headers that are too long", 431, "8192", head("X: " + "y".repeat(9_000) + "\n")),
        bad("NUL in a header", 400, "head", head("X: a\0b\n")),
        bad("a header without a colon", 400, "head", head("nonsense\n")),
        bad("white space before the colon", 400, "head", head("X : y\n")),
        bad("a folded header", 400, "next line", head("X: a\n b\n")),
        bad("a header folded with a tab", 400, "next line", head("X: a\n\tb\nY: c\n")),
        bad("a folded Host", 400, "next line", "GET /page HTTP/1.1\nHost: localhost\n x\n\n"),
        bad(
            "a first header that begins with a space",
            400,
            "head",
            "GET /page HTTP/1.1\n X: y\nHost: localhost\n\n"),
        bad("two Hosts", 400, "host", head("Host: localhost\n")),
        bad("two Hosts, one foreign", 400, "host", head("Host: evil.example\n")),
        bad("two Origins", 400, "origin", head("Origin: http://localhost\n".repeat(2))),
        bad(
            "two Authorizations",
            400,
            "authorization",
            head("Authorization: a\nAuthorization: b\n")),
        bad(
            "two Content-Types",
            400,
            "content-type",
            post + "Content-Type: a/b\nContent-Type: c/d\nContent-Length: 1\n\nx"),
        bad(
            "a foreign URL",
            403,
            "evil.example",
            "GET http://evil.example/page HTTP/1.1\nHost: localhost\n\n"),
        bad(
            "a foreign URL with a user",
            403,
            "evil.example",
            "GET http://localhost@evil.example/page HTTP/1.1\nHost: localhost\n\n"),
        bad(
            "another URL than the Host",
            400,
            "two servers",
            "GET http://127.0.0.1/page HTTP/1.1\nHost: localhost\n\n"),
        bad("an unknown transfer coding", 501, "chunked", post + "Transfer-Encoding: br\n\nabc"),
        bad(
            "gzip, chunked",
            501,
            "chunked",
            post + "Transfer-Encoding: gzip, chunked\n\n3\nabc\n0\n\n"),
        bad(
            "chunked, gzip",
            400,
            "head",
            post + "Transfer-Encoding: chunked, gzip\n\n3\nabc\n0\n\n"),
        bad(
            "chunked twice",
            400,
            "once",
            post + "Transfer-Encoding: chunked, chunked\n\n3\nabc\n0\n\n"),
        bad(
            "chunked in two headers",
            400,
            "once",
            post + "Transfer-Encoding: chunked\nTransfer-Encoding: chunked\n\n3\nabc\n0\n\n"),
        bad("identity", 501, "chunked", post + "Transfer-Encoding: identity\n\nabc"),
        bad(
            "a length beside chunks",
            400,
            "exclude",
            post + "Transfer-Encoding: chunked\nContent-Length: 3\n\n3\nabc\n0\n\n"),
        bad(
            "chunks in HTTP/1.0",
            400,
            "HTTP/1.0",
            "POST /body HTTP/1.0\nHost: localhost\nTransfer-Encoding: chunked\n\n0\n\n"),
        bad(
            "two lengths",
            400,
            "Content-Length",
            post + "Content-Length: 3\nContent-Length: 4\n\nabcd"),
        bad("a list of lengths", 400, "Content-Length", post + "Content-Length: 3, 3\n\nabc"),
        bad("a negative length", 400, "Content-Length", post + "Content-Length: -1\n\n"),
        bad("a length with a sign", 400, "Content-Length", post + "Content-Length: +3\n\nabc"),
        bad(
            "a length beyond 64 bits",
            400,
            "Content-Length",
            post + "Content-Length: 99999999999999999999\n\nabc"),
        bad("% alone in the path", 400, "%25", "GET /item/100% HTTP/1.1\nHost: localhost\n\n"),
        bad(
            "% and no digits in the path",
            400, "path", "GET /item/%zz HTTP/1.1\nHost: localhost\n\n"),
        bad(
            "half an escape in the query",
            400,
            "query",
            "GET /page?a=%2 HTTP/1.1\nHost: localhost\n\n"),
        bad(
            "% and no digits in the query",
            400, "query", "GET /page?a=%zz HTTP/1.1\nHost: localhost\n\n"),
        bad(
            "escapes that are not UTF-8",
            400,
            "UTF-8",
            "GET /item/%ff HTTP/1.1\nHost: localhost\n\n"),
        bad(
            "a surrogate in an escape",
            400,
            "UTF-8",
            "GET /page?a=%ed%a0%80 HTTP/1.1\nHost: localhost\n\n"),
        bad(
            "bytes that are not escaped",
            400,
            "escaped",
            "GET /item/ü HTTP/1.1\nHost: localhost\n\n"),
        bad(
            "a control character in the path",
            400,
            "",
            "GET /item/\u0001 HTTP/1.1\nHost: localhost\n\n"),
        bad(
            "a compressed body",
            415,
            "Content-Encoding",
            post + "Content-Encoding: gzip\nContent-Length: 3\n\nabc"),
        bad(
            "a body compressed twice",
            415,
            "Content-Encoding",
            post + "Content-Encoding: identity, deflate\nContent-Length: 3\n\nabc"),
        bad("no Host", 403, "localhost", "GET /page HTTP/1.1\n\n"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("requests")
  void isToldWhatIsWrongAsJson(String what, int status, String says, String request)
      throws Exception {
    String answer = RawHttp.exchange(base, request);
    assertThat(answer)
        .matches("(?s)HTTP/1.[01] " + status + " .*")
        .contains("\r\n\r\n{\"message\":\"");
    String message = answer.substring(answer.indexOf("{\"message\""));
    assertThat(message).contains(says).doesNotContain("Exception", "netty", "vertx", "jackson");
    assertThat(message.length()).isLessThan(400);
    assertThat(answer).doesNotContain("\r\nHTTP/1.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET http://localhost/page HTTP/1.1\nHost: localhost\nConnection: close\n\n",
        "GET HTTP://LOCALHOST/page HTTP/1.1\nHost: localhost\nConnection: close\n\n",
        "\n\nGET /page HTTP/1.1\nHost: localhost\nConnection: close\n\n",
        "GET /page?q=a%20b%2B%c3%bc HTTP/1.1\nHost: localhost\nConnection: close\n\n",
        "GET /page HTTP/1.0\nHost: localhost\nExpect: anything\n\n",
        "POST /body HTTP/1.1\nHost: localhost\nContent-Encoding: identity\nContent-Length: 3\nConnection: close\n\nabc",
        "POST /body HTTP/1.1\nHost: localhost\nTransfer-Encoding: CHUNKED\nConnection: close\n\n3;ext=1\nabc\n0\nX: y\n\n",
        "POST /body HTTP/1.1\nHost: localhost\nExpect: 100-Continue\nContent-Length: 3\nConnection: close\n\nabc"
      })
  void whatIsUnusualButClearIsAnswered(String request) throws Exception {
    String answer = RawHttp.exchange(base, request.replace("\n", "\r\n"));
    assertThat(answer.replace("HTTP/1.1 100 Continue\r\n", "").strip())
        .containsPattern("HTTP/1.[01] 200 ")
        .matches("(?s).*(page|got 3)");
  }

  @Test
  void anotherMethodIsToldWhichThereAre() throws Exception {
    String answer =
        RawHttp.exchange(
            base, "DELETE /page HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 405 ").containsIgnoringCase("\r\nallow: GET, HEAD\r\n");
  }

  @Test
  void aLongPathIsNotSentBackWhole() throws Exception {
    Http.Answered answered = new Http(base).get("/" + "x".repeat(7_000));
    assertThat(answered.status()).isEqualTo(404);
    assertThat(answered.message()).hasSizeLessThan(200).contains("/xxx");
  }

  @Test
  void eachDialectTellsItInItsOwnForm() throws Exception {
    for (String request :
        new String[] {
          "GET /strict/nothing HTTP/1.1\nHost: localhost\nConnection: close\n\n",
          "GET /strict/body HTTP/1.1\nHost: localhost\nConnection: close\n\n",
          "GET /strict/body?%zz HTTP/1.1\nHost: localhost\nConnection: close\n\n",
          "GET /strict/body HTTP/3.0\nHost: localhost\nConnection: close\n\n",
          "GET /strict/" + "x".repeat(9_000) + " HTTP/1.1\nHost: localhost\n\n",
          "GET /strict/body HTTP/1.1\nHost: localhost\nX: " + "x".repeat(9_000) + "\n\n",
          "GET /strict/body HTTP/1.1\nHost: evil.example\nConnection: close\n\n",
          "POST /strict/body HTTP/1.1\nHost: localhost\nContent-Length: 101\n\nabc",
          "POST /strict/body HTTP/1.1\nHost: localhost\nTransfer-Encoding: chunked\n\nq\n"
        }) {
      assertThat(RawHttp.exchange(base, request.replace("\n", "\r\n")))
          .as(request.substring(0, 30))
          .contains("\r\n\r\n{\"error\":\"");
    }
  }

  @Test
  void aBrowserThatAsksForAPageIsToldAsAPage() throws Exception {
    Http http = new Http(base);
    String html = "text/html,application/xhtml+xml,*/*;q=0.8";
    assertThat(http.get("/nothing", "Accept", html).body()).startsWith("<p>There is nothing");
    assertThat(http.get("/nothing", "Accept", "*/*").body()).startsWith("{\"message\"");
    assertThat(http.post("/nothing", "", "Accept", html).body()).startsWith("{\"message\"");
    assertThat(http.get("/strict/nothing", "Accept", html).body()).startsWith("{\"error\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "414 GET /LONG HTTP/1.1\nHost: localhost\nACCEPT\n\n",
        "414 GET /page?LONG HTTP/1.1\nHost: localhost\nX: y\naccept:text/html\n\n",
        "431 GET /page HTTP/1.1\nHost: localhost\nACCEPT\nCookie: LONG\n\n",
        "431 GET /page HTTP/1.1\nHost: localhost\nCookie: LONG\nACCEPT\n\n",
        "400 GET /page HTTP/1.1\nHost: localhost\nX : y\nACCEPT\n\n",
        "400 GET /page HTTP/1.1\nHost: localhost\nACCEPT\nX: a\n b\n\n",
        "505 GET /page HTTP/1.2\nHost: localhost\nACCEPT\n\n",
        "501 GET /page HTTP/1.1\nHost: localhost\nACCEPT\nTransfer-Encoding: br\n\n",
        "400 GET /item/100% HTTP/1.1\nHost: localhost\nACCEPT\n\n",
        "403 GET /page HTTP/1.1\nHost: evil.example\nACCEPT\n\n"
      })
  void aHeadThatCannotBeReadIsToldAsAPageToABrowserToo(String request) throws Exception {
    String sent =
        request
            .substring(4)
            .replace("ACCEPT", "Accept: text/html,*/*;q=0.8")
            .replace("LONG", "x".repeat(9_000))
            .replace("\n", "\r\n");
    assertThat(RawHttp.exchange(base, sent))
        .startsWith("HTTP/1.1 " + request.substring(0, 3))
        .contains("\r\ncontent-type: text/html", "\r\n\r\n<p>");
    String program = sent.replaceFirst("(?i)accept:[^\r]*", "Accept: application/json");
    assertThat(RawHttp.exchange(base, program)).contains("\r\n\r\n{\"message\":\"");
  }
}
