package dev.everbrook.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Asking a provider for its models over the wire. */
class AskingForModelsTest {

  private static final Duration WITHIN = Duration.ofSeconds(10);

  @ParameterizedTest
  @ValueSource(strings = {"200 OK", "201 Created", "202 Accepted", "203 Other", "206 Partial"})
  void everySuccessIsOneWhetherItIsCompressedOrNot(String status) throws Exception {
    byte[] list = bytes("\uFEFF {'data':[{'id':'a'}]}");
    for (byte[] body : new byte[][] {list, gzip(list)}) {
      for (String coding : new String[] {"gzip", "X-GZIP", ""}) {
        assertThat(listing(status, coding, body))
            .isInstanceOfSatisfying(
                Listing.Offered.class, it -> assertThat(it.names()).containsExactly("a"));
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "200 OK | {'error':{'message':'the cat ran'}} | the cat ran",
        "200 OK | {'code':7,'msg':'the cat ran'} | the cat ran",
        "200 OK | {'detail':'the cat ran'} | the cat ran",
        "200 OK | the cat ran | the cat ran",
        "200 OK | <html><title>the cat ran</title></html> | the cat ran",
        "200 OK | {} | no list",
        "204 None | `` | empty body",
        "401 No | {'error':{'message':'the cat ran'}} | the cat ran",
        "500 Oops | the cat ran | the cat ran"
      })
  void whatIsNoListIsToldInTheProvidersWords(String status, String body, String words)
      throws Exception {
    for (byte[] sent : new byte[][] {bytes(body), gzip(bytes(body))}) {
      boolean none = body.isEmpty();
      assertThat(listing(status, none ? "" : "gzip", none ? new byte[0] : sent))
          .isInstanceOfSatisfying(
              Listing.Unknown.class,
              it -> assertThat(it.why()).contains("The provider", words).doesNotContain("\n"));
    }
  }

  @Test
  void aCompressionThatCannotBeUndoneIsNamed() throws Exception {
    assertThat(listing("200 OK", "br", new byte[] {11, 2, (byte) 0x80, 1}))
        .isInstanceOfSatisfying(
            Listing.Unknown.class, it -> assertThat(it.why()).contains("compresses with br"));
    byte[] broken = gzip(bytes("{'data':[{'id':'a'}]}"));
    broken[14] ^= 0x55;
    assertThat(listing("200 OK", "gzip", broken)).isInstanceOf(Listing.Unknown.class);
  }

  @Test
  void aListThatIsTooLongIsTold() throws Exception {
    byte[] body = bytes("['" + "x".repeat(20 << 20) + "']");
    assertThat(listing("200 OK", "gzip", gzip(body)))
        .isInstanceOfSatisfying(
            Listing.Unknown.class, it -> assertThat(it.why()).contains("16777216 bytes"));
  }

  @Test
  void noCompressionIsAskedFor() throws Exception {
    try (RawServer server = new RawServer(RawServer.response("200 OK", "text/plain", "[]"));
        OpenAiModel model = Asking.model(server)) {
      model.listing(WITHIN);
      assertThat(server.request().toLowerCase(Locale.ROOT))
          .contains("accept-encoding: identity\r\n");
    }
  }

  private static Listing listing(String status, String coding, byte[] body) throws Exception {
    String header = coding.isEmpty() ? "" : "Content-Encoding: " + coding + "\r\n";
    try (RawServer server =
            new RawServer(socket -> {
              RawServer.bytes("HTTP/1.1 " + status + "\r\n" + header + "Connection: close\r\n\r\n")
                  .play(socket);
              socket.getOutputStream().write(body);
            });
        OpenAiModel model = Asking.model(server)) {
      return model.listing(WITHIN);
    }
  }

  private static byte[] bytes(String text) {
    return text.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    var out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }
}
