package dev.everbrook.model;

import static dev.everbrook.model.Asking.finish;
import static dev.everbrook.model.Asking.text;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies that are compressed though that was not asked for, or only said to be. */
class CompressedBodiesTest {

  private static final byte[] STREAM =
      ("data: " + text("é") + "\n\ndata: " + finish("stop") + "\n\n")
          .getBytes(StandardCharsets.UTF_8);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gzip           | gzip",
        "GZIP           | gzip",
        "x-gzip         | gzip",
        "X-Gzip         | gzip",
        "' identity, gzip ' | gzip",
        "''             | gzip",
        "gzip           | plain",
        "x-gzip         | plain",
        "deflate        | zlib",
        "Deflate        | raw",
        "deflate        | plain",
        "identity       | plain",
        "UTF-8          | plain",
        "br             | plain",
        "'deflate, gzip' | zlib gzip",
        "'gzip, gzip'   | gzip gzip",
        "''             | zlib",
        "gzip           | zlib",
        "br             | zlib",
        "x-deflate      | raw"
      })
  void whatCanBeReadIsRead(String header, String coding) throws Exception {
    byte[] body = STREAM;
    for (String one : coding.split(" ", -1)) {
      body = coded(one, body);
    }
    Heard heard = heard(header, body);
    assertThat(heard.text()).isEqualTo("é");
    assertThat(heard.end()).isEqualTo("Stop");
  }

  @ParameterizedTest
  @ValueSource(strings = {"br", "deflate", "zstd", "compress", "gzip"})
  void aBodyThatIsNotCompressedIsReadWhateverTheHeaderSays(String header) throws Exception {
    String json = "{\"choices\":[{\"message\":{\"content\":\"é\"},\"finish_reason\":\"stop\"}]}";
    for (String before :
        List.of(
            "", "\n", " \t", "    ", "\uFEFF", "[ ", "{\n \"id\":1,", ":ok\n\n", "id:1\ndata:")) {
      String body =
          before.startsWith("[")
              ? before + json + "]"
              : before.startsWith("{") ? before + json.substring(1) : before + json;
      Heard heard = heard(header, body.getBytes(StandardCharsets.UTF_8));
      assertThat(heard.text()).as(before).isEqualTo("é");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "br, 1b3a0000c4, br",
    "BR, 8b0780, br",
    "zstd, 28b52ffd04, zstd",
    "'', 28b52ffd04, zstd",
    "compress, 1f9d90, compress",
    "lz4, 04224d18, lz4",
    "'gzip, br', 1b3a0000c4, br"
  })
  void whatCannotBeReadIsNamed(String header, String hex, String name) throws Exception {
    Heard heard = heard(header, HexFormat.of().parseHex(hex));
    assertThat(heard.failure())
        .isInstanceOf(Failure.Protocol.class)
        .extracting(Failure::message)
        .asString()
        .contains("compresses with " + name + ", which was not asked for");
  }

  @Test
  void aMemberOfGzipMayFollowOnAnother() throws Exception {
    var out = new ByteArrayOutputStream();
    out.write(coded("gzip", ("data: " + text("a") + "\n\n").getBytes(StandardCharsets.UTF_8)));
    out.write(coded("gzip", STREAM));
    assertThat(heard("gzip", out.toByteArray()).text()).isEqualTo("aé");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "zlib", "raw"})
  void aCompressedBodyThatIsCutIsCut(String coding) throws Exception {
    byte[] whole = coded(coding, ("data: " + text("a") + "\n\n").getBytes(StandardCharsets.UTF_8));
    byte[] cut = Arrays.copyOf(whole, whole.length - 12);
    assertThat(heard(coding.equals("gzip") ? "gzip" : "deflate", cut).end()).isEqualTo("Truncated");
  }

  @Test
  void aCompressedBodyThatIsDamagedIsSaidToBe() throws Exception {
    byte[] body = coded("gzip", STREAM);
    for (int i = 12; i < 40; i++) {
      body[i] = (byte) 0xFF;
    }
    assertThat(heard("gzip", body).failure().message()).contains("cannot be read");
  }

  @Test
  void anErrorThatIsCompressedIsRead() throws Exception {
    byte[] body = coded("gzip", "{\"error\":\"boom\"}".getBytes(StandardCharsets.UTF_8));
    assertThat(heard("500 Oops", "X-GZIP", body).failure().message()).contains("boom");
  }

  @Test
  void whatIsCompressedPieceByPieceIsReadAsItComes() throws Exception {
    var out = new ByteArrayOutputStream();
    var gzip = new GZIPOutputStream(out, true);
    gzip.write(("data: " + text("a") + "\n\n").getBytes(StandardCharsets.UTF_8));
    gzip.flush();
    try (RawServer server =
            new RawServer(socket -> {
              socket.getOutputStream().write(head("200 OK", "gzip"));
              socket.getOutputStream().write(out.toByteArray());
              RawServer.silence().play(socket);
            });
        OpenAiModel model = Asking.model(server);
        ModelCall call = model.open(Asking.HELLO)) {
      var events = call.iterator();
      events.next();
      assertThat(events.next()).isEqualTo(new ModelEvent.Text("a"));
    }
  }

  private static Heard heard(String header, byte[] body) throws Exception {
    return heard("200 OK", header, body);
  }

  private static Heard heard(String status, String header, byte[] body) throws Exception {
    return Heard.from(socket -> {
      socket.getOutputStream().write(head(status, header));
      socket.getOutputStream().write(body);
    });
  }

  private static byte[] head(String status, String coding) {
    String header = coding.isEmpty() ? "" : "Content-Encoding: " + coding + "\r\n";
    return ("HTTP/1.1 " + status + "\r\n" + header + "Connection: close\r\n\r\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] coded(String coding, byte[] bytes) throws IOException {
    var out = new ByteArrayOutputStream();
    try (OutputStream coder =
        switch (coding) {
          case "gzip" -> new GZIPOutputStream(out);
          case "zlib" -> new DeflaterOutputStream(out);
          case "raw" -> new DeflaterOutputStream(out, new Deflater(9, true));
          default -> out;
        }) {
      coder.write(bytes);
    }
    return out.toByteArray();
  }
}
