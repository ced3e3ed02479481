package dev.everbrook.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SentJsonTest {

  private static byte[] bytes(String json) {
    return json.getBytes(StandardCharsets.UTF_8);
  }

  private static String nested(int depth) {
    return "[".repeat(depth) + "]".repeat(depth);
  }

  private static byte[] in(String charset) {
    return "{\"a\":1}".getBytes(Charset.forName(charset));
  }

  static Stream<Arguments> refused() {
    return Stream.of(
        Arguments.of("nothing", bytes(""), "empty"),
        Arguments.of("white space", bytes(" \n "), "empty"),
        Arguments.of("501 levels", bytes(nested(501)), "more than 500 levels"),
        Arguments.of("100,000 levels", bytes(nested(100_000)), "more than 500 levels"),
        Arguments.of("objects too", bytes("{\"a\":".repeat(501)), "more than 500 levels"),
        Arguments.of("1,001 digits", bytes("1".repeat(1_001)), "more than 1000 digits"),
        Arguments.of("a fraction", bytes("[0." + "1".repeat(1_000) + "]"), "more than 1000 digits"),
        Arguments.of("a name", bytes("{\"" + "n".repeat(50_001) + "\":1}"), "50000 characters"),
        Arguments.of("an exponent", bytes("1e99999999999"), "exponent"),
        Arguments.of("a name twice", bytes("{\"a\":1,\"b\":{},\"a\":1}"), "'a' stands twice"),
        Arguments.of("twice below", bytes("[{\"x\":{\"é\":1,\"\\u00e9\":2}}]"), "'é' stands twice"),
        Arguments.of("two values", bytes("{} {}"), "continues"),
        Arguments.of("a comma at the end", bytes("{},"), "line 1, column"),
        Arguments.of("half of it", bytes("{\"a\":"), "not JSON"),
        Arguments.of("half a string", bytes("\"abc"), "not JSON"),
        Arguments.of("no JSON", bytes("<a/>"), "line 1, column 1"),
        Arguments.of("NaN", bytes("NaN"), "not JSON"),
        Arguments.of("a comment", bytes("/* */ 1"), "not JSON"),
        Arguments.of("UTF-16 with a mark", in("UTF-16"), "UTF-16"),
        Arguments.of("UTF-16BE", in("UTF-16BE"), "UTF-16"),
        Arguments.of("UTF-16LE", in("UTF-16LE"), "UTF-16"),
        Arguments.of("UTF-32BE", in("UTF-32BE"), "UTF-32"),
        Arguments.of("UTF-32LE", in("UTF-32LE"), "UTF-32"),
        Arguments.of("Latin-1", "\"\u00e4\"".getBytes(StandardCharsets.ISO_8859_1), "byte 1"),
        Arguments.of("cut UTF-8", new byte[] {'"', (byte) 0xc3}, "byte 1"),
        Arguments.of("long UTF-8", new byte[] {'"', (byte) 0xc0, (byte) 0x80, '"'}, "byte 1"),
        Arguments.of(
            "a surrogate", new byte[] {'"', (byte) 0xed, (byte) 0xa0, (byte) 0x80, '"'}, "byte 1"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refused")
  void whatIsRefusedSaysWhy(String what, byte[] json, String says) {
    assertThatExceptionOfType(HttpFailure.class)
        .isThrownBy(() -> SentJson.read(json))
        .satisfies(it -> assertThat(it.status()).isEqualTo(400))
        .withMessageContaining(says)
        .satisfies(it -> assertThat(it.text()).doesNotContain("Source", "Exception", "tools."));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-0.0",
        "0",
        "0.0",
        "1.10",
        "12345678901234567890123456789",
        "-9223372036854775808",
        "2147483648",
        "0.1000",
        "[-0.0,{\"a\":[-0.0,1.0]}]",
        "\"\\u0000\"",
        "null",
        "{\"a\":null,\"b\":true,\"\":\"\"}"
      })
  void whatIsTakenIsPrintedAsItCame(String json) {
    assertThat(SentJson.read(bytes(json)).toString()).isEqualTo(json);
  }

  @Test
  void aZeroBelowZeroKeepsItsSignInEveryForm() {
    assertThat(SentJson.read(bytes("[-0,-0.00,-0e5,-0E-400]")).toString())
        .isEqualTo("[-0.0,-0.0,-0.0,-0.0]");
  }

  @Test
  void theLimitsThemselvesAreTaken() {
    assertThat(SentJson.read(bytes(nested(500)))).isNotNull();
    assertThat(SentJson.read(bytes("1".repeat(1_000))).toString()).hasSize(1_000);
    assertThat(SentJson.read(bytes("{\"" + "n".repeat(50_000) + "\":1}"))).hasSize(1);
  }

  @Test
  void anObjectOfWhiteSpaceOnlyIsEmptyAndOneOfNothingIsAskedForInTheGivenWords() {
    assertThatExceptionOfType(HttpFailure.class)
        .isThrownBy(() -> SentJson.object(bytes(" \r\n\t"), "Send an object."))
        .withMessage("The body is empty; it must be JSON.");
    for (String other : new String[] {"", "{", "[]", "7", "null"}) {
      assertThatExceptionOfType(HttpFailure.class)
          .as(other)
          .isThrownBy(() -> SentJson.object(bytes(other), "Send an object."))
          .withMessage("Send an object.");
    }
  }

  @Test
  void aByteOrderMarkOfUtf8IsPassedOver() {
    assertThat(SentJson.read(bytes("\ufeff{\"a\":1}")).toString()).isEqualTo("{\"a\":1}");
  }
}
