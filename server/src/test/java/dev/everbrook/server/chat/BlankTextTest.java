package dev.everbrook.server.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class BlankTextTest {

  @Test
  void aTextThatShowsNothingIsBlank() {
    for (String text :
        List.of(
            "",
            " ",
            "\n\t\r",
            "\u00a0",
            "\u3000",
            "\u200b",
            "\ufeff",
            "\u2060\u200d",
            "\u2028",
            "\u3164",
            "\u2800")) {
      assertThat(BlankText.is(text)).as("%x", text.chars().sum()).isTrue();
    }
  }

  @Test
  void aTextWithOneVisibleCharacterIsNotBlank() {
    for (String text :
        List.of(".", " x ", "\u200b\ud83d\ude00", "\u2764\ufe0f", "\u0301a", "\ue000")) {
      assertThat(BlankText.is(text)).as(text).isFalse();
    }
  }
}
