package dev.everbrook.engine.world;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.text.OneLine;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OneLineTest {

  @ParameterizedTest
  @CsvSource({
    "0, \\u0000",
    "a, \\n",
    "d, \\r",
    "9, \\t",
    "1b, \\u001b",
    "7f, \\u007f",
    "85, \\u0085",
    "9b, \\u009b",
    "2028, \\u2028",
    "2029, \\u2029",
    "202e, \\u202e",
    "2066, \\u2066",
    "200f, \\u200f",
    "61c, \\u061c",
    "feff, \\ufeff",
    "200b, \\u200b",
    "d800, \\ud800",
    "e0041, \\udb40\\udc41"
  })
  void whatMovesTheReaderIsShownAsItsEscape(String hex, String shown) {
    String outside = "a" + Character.toString(Integer.parseInt(hex, 16)) + "b";
    assertThat(OneLine.of(outside)).isEqualTo("a" + shown + "b");
  }

  @Test
  void otherTextStaysAsItIs() {
    for (String text : List.of("", "plain", "Grüße, 你好 🙂", "a\\b \"c\" 'd' <e>", "عربي")) {
      assertThat(OneLine.of(text)).isSameAs(text);
    }
    assertThat(OneLine.of(7)).isEqualTo("7");
  }
}
