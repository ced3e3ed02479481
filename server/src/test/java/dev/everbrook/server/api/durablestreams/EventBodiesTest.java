package dev.everbrook.server.api.durablestreams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.channel.ContentType;
import dev.everbrook.engine.stream.StreamWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventBodiesTest {

  private static final int MOST = StreamWriter.EVENT_BYTES_MAX;
  private static final ContentType TEXT = new ContentType("text/plain");

  @ParameterizedTest
  @ValueSource(strings = {"ä", "€", "😀", "\r\n", "x"})
  void longTextIsCutBetweenCharactersAndLines(String unit) {
    for (int shift = 0; shift < 5; shift++) {
      String text = "x".repeat(shift) + unit.repeat(2 * MOST / unit.length() / 2 + MOST);
      List<byte[]> pieces = EventBodies.events(TEXT, text.getBytes(StandardCharsets.UTF_8));

      assertThat(pieces).allSatisfy(it -> assertThat(it.length).isBetween(1, MOST));
      assertThat(pieces.subList(1, pieces.size())).noneMatch(it -> it[0] == '\n');
      StringBuilder each = new StringBuilder();
      pieces.forEach(it -> each.append(new String(it, StandardCharsets.UTF_8)));
      assertThat(each.toString().equals(text)).as("each piece is text by itself").isTrue();
    }
  }

  @Test
  void bytesAreCutWhereTheyMay() {
    byte[] bytes = new byte[MOST + 1];
    java.util.Arrays.fill(bytes, (byte) 0x80);

    assertThat(EventBodies.events(ContentType.BYTES, bytes))
        .extracting(it -> it.length)
        .containsExactly(MOST, 1);
    assertThat(EventBodies.events(TEXT, bytes))
        .as("no UTF-8")
        .extracting(it -> it.length)
        .containsExactly(MOST, 1);
  }
}
