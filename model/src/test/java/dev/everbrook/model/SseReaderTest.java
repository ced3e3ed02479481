package dev.everbrook.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.model.SseReader.Frame;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class SseReaderTest {

  private static final int BYTES_MAX = 1 << 20;

  @ParameterizedTest
  @FieldSource("dev.everbrook.model.Vector#ALL")
  void readsAVectorFedWhole(Vector vector) throws IOException {
    assertThat(read(new ByteArrayInputStream(vector.bytes()))).isEqualTo(vector.expected());
  }

  @ParameterizedTest
  @FieldSource("dev.everbrook.model.Vector#ALL")
  void readsAVectorByteByByte(Vector vector) throws IOException {
    List<InputStream> bytes = new ArrayList<>();
    for (byte b : vector.bytes()) {
      bytes.add(new ByteArrayInputStream(new byte[] {b}));
    }
    assertThat(read(inSequence(bytes))).isEqualTo(vector.expected());
  }

  @ParameterizedTest
  @FieldSource("dev.everbrook.model.Vector#ALL")
  void readsAVectorCutAtEveryPoint(Vector vector) throws IOException {
    byte[] bytes = vector.bytes();
    for (int cut = 1; cut < bytes.length; cut++) {
      InputStream first = new ByteArrayInputStream(Arrays.copyOfRange(bytes, 0, cut));
      InputStream second = new ByteArrayInputStream(Arrays.copyOfRange(bytes, cut, bytes.length));
      assertThat(read(inSequence(List.of(first, second))))
          .as("cut after %d bytes", cut)
          .isEqualTo(vector.expected());
    }
  }

  @Test
  void anEventOfExactlyTheLimitPasses() throws IOException {
    String line = "data:" + "x".repeat(1024 - 5);
    assertThat(read(stream(line + "\n\ndata: b\n\n"), 1024))
        .containsExactly(event(line.substring(5)), event("b"), new Frame.End());
  }

  @Test
  void aLineBeyondTheLimitEndsTheReadingAlsoWithoutALineEnd() throws IOException {
    assertThat(read(stream("data:" + "x".repeat(1024 - 4)), 1024))
        .containsExactly(new Frame.TooLong(1024));
  }

  @Test
  void manyShortLinesOfOneEventAreBoundedToo() throws IOException {
    assertThat(read(stream("data: 12345678\n".repeat(100)), 1024))
        .containsExactly(new Frame.TooLong(1024));
  }

  @Test
  void commentsAndEarlierEventsDoNotCountTowardsTheLimit() throws IOException {
    String text = ": heartbeat\n".repeat(1000) + "data: a\n\n".repeat(1000);
    assertThat(read(stream(text), 1024)).hasSize(1001).doesNotContain(new Frame.TooLong(1024));
  }

  @Test
  void aLineOfAMebibyteIsReadWhole() throws IOException {
    String data = "é".repeat((1 << 19) - 4);
    assertThat(read(stream("data: " + data + "\n\n")))
        .containsExactly(event(data), new Frame.End());
  }

  @Test
  void aCarriageReturnEndsItsEventBeforeTheNextByteCame() throws IOException {
    InputStream nothingMore =
        new InputStream() {
          @Override
          public int read() {
            throw new AssertionError("asked for more than it needed");
          }

          @Override
          public int read(byte[] bytes, int from, int length) {
            return read();
          }
        };
    var reader =
        new SseReader(inSequence(List.of(stream("data: a\r\n\r"), nothingMore)), BYTES_MAX);
    assertThat(reader.next()).isEqualTo(event("a"));
  }

  @Test
  void linesThatAreNoFieldsAreCounted() throws IOException {
    var reader =
        new SseReader(stream(": c\nid: 1\nPING\nevent: e\n\nx: y\ndata: a\n\n"), BYTES_MAX);
    assertThat(reader.next()).isEqualTo(event("a"));
    assertThat(reader.ignored()).isEqualTo(2);
    assertThat(reader.firstIgnored()).contains("PING");
  }

  @Test
  void aDocumentBeyondTheLimitEndsTheReading() throws IOException {
    assertThat(read(stream("{\n" + "'x':1,\n".repeat(200)), 1024))
        .containsExactly(new Frame.TooLong(1024));
  }

  private static Frame event(String data) {
    return new Frame.Event("", data, true);
  }

  private static InputStream stream(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  private static InputStream inSequence(List<InputStream> streams) {
    return new SequenceInputStream(Collections.enumeration(streams));
  }

  private static List<Frame> read(InputStream in) throws IOException {
    return read(in, BYTES_MAX);
  }

  private static List<Frame> read(InputStream in, int bytesMax) throws IOException {
    var reader = new SseReader(in, bytesMax);
    List<Frame> frames = new ArrayList<>();
    Frame frame;
    do {
      frame = reader.next();
      frames.add(frame);
    } while (frame instanceof Frame.Event || frame instanceof Frame.Document);
    return frames;
  }
}
