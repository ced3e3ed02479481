package dev.everbrook.server.acceptance.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.server.testing.ChatClient;
import dev.everbrook.server.testing.Scene;
import dev.everbrook.server.testing.SharedScene;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is whole and text is sent small; what is live is not held back. */
@ExtendWith(SharedScene.class)
final class CompressionTest {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final Pattern ASSET = Pattern.compile("\"(/assets/[^\"]+)\"");

  private static Scene scene;
  private static ChatClient.Begun begun;

  @BeforeAll
  static void begin(Scene shared) throws Exception {
    scene = shared;
    begun = scene.client().begin("ask sim-fast: what is small? words:600");
    scene.client().whole(begun.stream());
  }

  private static HttpResponse<byte[]> get(String path, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(scene.server().base() + path)).GET();
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  private static String coding(HttpResponse<?> response) {
    return response.headers().firstValue("content-encoding").orElse("identity");
  }

  private static String text(HttpResponse<byte[]> response) throws IOException {
    byte[] bytes = response.body();
    if (!coding(response).equals("gzip")) {
      return new String(bytes, StandardCharsets.UTF_8);
    }
    try (var in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"page", "history", "metrics"})
  void aWholeTextIsCompressedForWhoAsks(String what) throws Exception {
    String path =
        switch (what) {
          case "page" -> "/c/" + begun.chat();
          case "history" -> "/chat/" + begun.chat();
          default -> "/metrics";
        };
    HttpResponse<byte[]> plain = get(path);
    HttpResponse<byte[]> small = get(path, "Accept-Encoding", "gzip, br");
    assertThat(coding(plain)).isEqualTo("identity");
    assertThat(plain.headers().allValues("vary")).anyMatch(it -> it.contains("accept-encoding"));
    assertThat(coding(small)).isEqualTo("gzip");
    assertThat(small.headers().allValues("vary")).anyMatch(it -> it.contains("accept-encoding"));
    assertThat(small.body().length).isLessThan(plain.body().length / 2);
    assertThat(small.headers().firstValueAsLong("content-length")).hasValue(small.body().length);
    if (!what.equals("metrics")) {
      assertThat(text(small)).isEqualTo(text(plain));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip;q=0", "identity", "deflate", "*;q=0", "br"})
  void whoCannotReadItGetsItAsItIs(String accepted) throws Exception {
    HttpResponse<byte[]> page = get("/c/" + begun.chat(), "Accept-Encoding", accepted);
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(coding(page)).isEqualTo("identity");
    assertThat(text(page)).contains("<!DOCTYPE html>");
  }

  @Test
  void eventsAreNeverCompressed() throws Exception {
    HttpResponse<byte[]> events =
        get(
            "/v1/streams/" + begun.stream(),
            "Accept",
            "text/event-stream",
            "Accept-Encoding",
            "gzip");
    assertThat(events.headers().firstValue("content-type").orElse(""))
        .startsWith("text/event-stream");
    assertThat(coding(events)).isEqualTo("identity");
    assertThat(text(events)).contains("data: ").contains("completed");
  }

  @Test
  void filesOfThePageAreSmallAndKeptForEver() throws Exception {
    Matcher assets = ASSET.matcher(text(get("/")));
    int seen = 0;
    while (assets.find()) {
      String path = assets.group(1);
      HttpResponse<byte[]> plain = get(path);
      HttpResponse<byte[]> gzip = get(path, "Accept-Encoding", "gzip");
      HttpResponse<byte[]> brotli = get(path, "Accept-Encoding", "gzip, deflate, br");
      assertThat(coding(gzip)).isEqualTo("gzip");
      assertThat(text(gzip)).isEqualTo(text(plain));
      assertThat(coding(brotli)).isEqualTo("br");
      assertThat(brotli.body().length).isLessThan(plain.body().length);
      for (HttpResponse<byte[]> each : List.of(plain, gzip, brotli)) {
        assertThat(each.headers().firstValue("cache-control").orElse("")).contains("immutable");
        assertThat(each.headers().allValues("vary")).containsExactly("accept-encoding");
        String etag = each.headers().firstValue("etag").orElseThrow();
        HttpResponse<byte[]> again =
            get(path, "If-None-Match", etag, "Accept-Encoding", coding(each));
        assertThat(again.statusCode()).isEqualTo(304);
        assertThat(again.body()).isEmpty();
      }
      seen++;
    }
    assertThat(seen).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"identity", "gzip", "br"})
  void theHeadOfAFileIsThatOfItsBodyAndPartsOfItAreNotOffered(String coding) throws Exception {
    Matcher assets = ASSET.matcher(text(get("/")));
    assertThat(assets.find()).isTrue();
    String path = assets.group(1);
    HttpResponse<byte[]> whole = get(path, "Accept-Encoding", coding, "Range", "bytes=0-9");
    assertThat(whole.statusCode()).isEqualTo(200);
    assertThat(whole.headers().firstValue("accept-ranges")).isEmpty();
    HttpResponse<byte[]> head = head(path, "Accept-Encoding", coding);
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    assertThat(head.headers().map()).isEqualTo(whole.headers().map());
    assertThat(head.headers().firstValueAsLong("content-length")).hasValue(whole.body().length);
    String etag = head.headers().firstValue("etag").orElseThrow();
    assertThat(head(path, "Accept-Encoding", coding, "If-None-Match", etag).statusCode())
        .isEqualTo(304);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/chats", "/healthz", "/nothing", "/v1/streams/"})
  void aHeadIsAnsweredWhereverAGetIs(String path) throws Exception {
    String asked = path.endsWith("streams/") ? path + begun.stream() : path;
    HttpResponse<byte[]> whole = get(asked, "Accept", "text/event-stream");
    HttpResponse<byte[]> head = head(asked, "Accept", "text/event-stream");
    assertThat(head.statusCode()).isEqualTo(whole.statusCode());
    assertThat(head.body()).isEmpty();
    assertThat(head.headers().firstValue("content-type"))
        .isEqualTo(whole.headers().firstValue("content-type"));
  }

  private static HttpResponse<byte[]> head(String path, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(scene.server().base() + path)).HEAD();
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  @Test
  void aShortBodyIsSentAsItIs() throws Exception {
    assertThat(coding(get("/healthz", "Accept-Encoding", "gzip"))).isEqualTo("identity");
  }
}
