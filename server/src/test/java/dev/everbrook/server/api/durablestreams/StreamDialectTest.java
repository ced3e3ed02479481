package dev.everbrook.server.api.durablestreams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.channel.ContentType;
import dev.everbrook.engine.stream.Entries;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StreamDialectTest {

  private static final ContentType TEXT = new ContentType("text/plain");
  private static final ContentType JSON = new ContentType("application/json");

  @Test
  void everyBatchIsFollowedByWhereTheReaderStands() {
    assertThat(frames(TEXT, 0, true, "one", "two"))
        .isEqualTo(
            """
            event: data
            data:onetwo

            event: control
            data:{"streamNextOffset":"0000000000000002","streamCursor":"40","upToDate":true}

            """);
    assertThat(frames(TEXT, 7, false, "x"))
        .contains("{\"streamNextOffset\":\"0000000000000008\",\"streamCursor\":\"40\"}");
  }

  @Test
  void aBatchOfNothingIsNothing() {
    assertThat(frames(TEXT, 3, true)).isEmpty();
  }

  @Test
  void messagesOfJsonAreOneArray() {
    assertThat(frames(JSON, 0, true, "{\"a\":1}", "[2]")).contains("data:[{\"a\":1},[2]]\n\n");
  }

  @Test
  void bytesAreBase64() {
    byte[] bytes = {0, 10, 13, (byte) 0xff};
    StreamDialect dialect = dialect(ContentType.BYTES);
    String frames = ascii(dialect.frames(new Entries(0, List.of(bytes, bytes)), true));
    byte[] both = {0, 10, 13, (byte) 0xff, 0, 10, 13, (byte) 0xff};
    assertThat(frames).contains("data:" + Base64.getEncoder().encodeToString(both) + "\n\n");
  }

  @Test
  void whatWasAppendedCannotEndTheEventOrBeginAnother() {
    String evil = "a\r\n\r\nevent: control\r\rdata:{\"streamClosed\":true}\n\nid: 9";
    String frames = frames(TEXT, 0, true, evil);
    assertThat(parsed(frames)).hasSize(2);
    assertThat(parsed(frames).getFirst())
        .isEqualTo("data|a\n\nevent: control\n\ndata:{\"streamClosed\":true}\n\nid: 9");
  }

  @Test
  void aReaderGetsTheVeryLines() {
    for (String text : List.of("", " lead", "  two", "trail ", "\n", "a\n", "\na", " \n ", ":")) {
      assertThat(parsed(frames(TEXT, 0, true, text)).getFirst()).isEqualTo("data|" + text);
    }
  }

  @Test
  void anyTextIsReadAsItsLines() {
    long seed = 20261121;
    Random random = new Random(seed);
    for (int round = 0; round < 500; round++) {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(30); i > 0; i--) {
        text.append("\r\n :adte{é".charAt(random.nextInt(10)));
      }
      String lines = text.toString().replace("\r\n", "\n").replace('\r', '\n');
      assertThat(parsed(frames(TEXT, 0, true, text.toString())).getFirst())
          .as("seed %s round %s", seed, round)
          .isEqualTo("data|" + lines);
    }
  }

  @Test
  void theEndSaysThatNothingFollows() {
    StreamDialect dialect = dialect(TEXT);
    dialect.frames(new Entries(0, List.of(bytes("last"))), true);
    assertThat(ascii(dialect.farewell()))
        .isEqualTo(
            """
            event: control
            data:{"streamNextOffset":"0000000000000001","upToDate":true,"streamClosed":true}

            """);
    assertThat(ascii(dialect(TEXT).farewell())).contains("0000000000000000");
  }

  @Test
  void whoHasHadAllIsToldSoAtOnce() {
    assertThat(ascii(new StreamDialect(TEXT, 5, 3, () -> 2).opening()))
        .contains("\"0000000000000005\",\"streamCursor\":\"3\",\"upToDate\":true");
  }

  @Test
  void theCursorNeverGoesBack() {
    long[] now = {10};
    StreamDialect dialect = new StreamDialect(TEXT, 0, 12, () -> now[0]);
    assertThat(ascii(dialect.opening())).contains("\"12\"");
    now[0] = 13;
    assertThat(ascii(dialect.opening())).contains("\"13\"");
    now[0] = 9;
    assertThat(ascii(dialect.opening())).contains("\"13\"");
  }

  private static StreamDialect dialect(ContentType type) {
    return new StreamDialect(type, 0, 40, () -> 40);
  }

  private static String frames(ContentType type, long first, boolean upToDate, String... events) {
    List<byte[]> all = Arrays.stream(events).map(StreamDialectTest::bytes).toList();
    return new String(
        dialect(type).frames(new Entries(first, all), upToDate), StandardCharsets.UTF_8);
  }

  /** As the standard says that a browser does. */
  private static List<String> parsed(String frames) {
    List<String> events = new ArrayList<>();
    String type = "";
    List<String> data = new ArrayList<>();
    for (String line : frames.split("\r\n|\r|\n", -1)) {
      int colon = line.indexOf(':');
      if (line.isEmpty()) {
        if (!data.isEmpty()) {
          events.add(type + "|" + String.join("\n", data));
        }
        type = "";
        data.clear();
      } else if (colon > 0) {
        String value = line.substring(colon + 1);
        value = value.startsWith(" ") ? value.substring(1) : value;
        switch (line.substring(0, colon)) {
          case "event" -> type = value;
          case "data" -> data.add(value);
          default -> throw new AssertionError("an unexpected field: " + line);
        }
      }
    }
    return events;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String ascii(byte[] bytes) {
    return new String(bytes, StandardCharsets.US_ASCII);
  }
}
