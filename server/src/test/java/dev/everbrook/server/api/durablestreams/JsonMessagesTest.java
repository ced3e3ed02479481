package dev.everbrook.server.api.durablestreams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.everbrook.server.http.HttpFailure;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonMessagesTest {

  @Test
  void aValueIsOneMessageAndAnArrayAsManyAsItHolds() {
    assertThat(messages("{\"a\": [1, 2]}")).containsExactly("{\"a\": [1, 2]}");
    assertThat(messages(" [1 , \"ä,]\" ,true,-1.5e3, null , [1 , 2] , {\"x\":\n1}] "))
        .containsExactly("1", "\"ä,]\"", "true", "-1.5e3", "null", "[1 , 2]", "{\"x\":\n1}");
    assertThat(messages("[[[1,2,3]]]")).containsExactly("[[1,2,3]]");
    assertThat(messages("[]")).isEmpty();
    assertThat(messages("\"text\"")).containsExactly("\"text\"");
  }

  @Test
  void aMessageIsKeptByteByByte() {
    String message = "{\"n\":1.000e0,  \"s\":\"\\u00e4\\/\",\"n\":2}";
    assertThat(messages("[" + message + "]")).containsExactly(message);
  }

  @Test
  void whatIsNestedTooDeepIsToldSo() {
    assertThatThrownBy(() -> messages("[".repeat(5_000) + "]".repeat(5_000)))
        .isInstanceOf(HttpFailure.class)
        .hasMessageContaining("levels deep");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "[1,]",
        "[1",
        "1 2",
        "{} {}",
        "tru",
        "{a:1}",
        "'x'",
        "[1]]",
        "\"\n\"",
        "NaN",
        "{\"a\":1,}",
        "// x\n1",
        "\0"
      })
  void whatIsNoJsonIsRefused(String text) {
    assertThatThrownBy(() -> messages(text)).isInstanceOf(HttpFailure.class);
  }

  @Test
  void whatIsNotUtf8IsRefused() {
    for (String charset : List.of("UTF-16LE", "UTF-16BE", "UTF-32LE", "ISO-8859-1")) {
      byte[] body = "[\"ä\"]".getBytes(Charset.forName(charset));
      assertThatThrownBy(() -> JsonMessages.of(body)).as(charset).isInstanceOf(HttpFailure.class);
    }
  }

  @Test
  void anArrayIsMadeOfMessages() {
    assertThat(array()).isEqualTo("[]");
    assertThat(array("1")).isEqualTo("[1]");
    assertThat(array("{}", "[2]", "\"x\"")).isEqualTo("[{},[2],\"x\"]");
  }

  private static List<String> messages(String body) {
    return JsonMessages.of(body.getBytes(StandardCharsets.UTF_8)).stream()
        .map(it -> new String(it, StandardCharsets.UTF_8))
        .toList();
  }

  private static String array(String... messages) {
    List<byte[]> all =
        List.of(messages).stream().map(it -> it.getBytes(StandardCharsets.UTF_8)).toList();
    return new String(JsonMessages.array(all), StandardCharsets.UTF_8);
  }
}
