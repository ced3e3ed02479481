package dev.everbrook.engine.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class EntryTest {

  @Test
  void aLongTextIsCutBetweenTwoCharactersAndNotWithinOne() {
    String waves = "🌊".repeat(Entry.TEXT_MAX / 2);

    assertThat(json(new Entry.Line(Entry.Level.INFO, waves))).endsWith("🌊\"}");
    assertThat(json(new Entry.Line(Entry.Level.INFO, "x" + waves)))
        .isEqualTo(
            "{\"type\":\"log\",\"level\":\"info\",\"text\":\"x"
                + "🌊".repeat(Entry.TEXT_MAX / 2 - 1)
                + "…\"}");
  }

  private static String json(Entry entry) {
    return new String(entry.toJson(), StandardCharsets.UTF_8);
  }
}
