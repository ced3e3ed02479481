package dev.everbrook.server.app;

import dev.everbrook.engine.text.OneLine;
import java.util.List;
import java.util.Optional;

/**
 * Text fit to be shown: on one line, without the secrets of this process. Safe for many threads.
 */
final class PlainText {

  private static final String HIDDEN = "(hidden)";

  /** A shorter secret would hide parts of ordinary words. */
  private static final int SECRET_CHARS_MIN = 8;

  private static volatile List<String> secrets = List.of();

  private PlainText() {}

  /** From here on these values are never shown. */
  static void hide(List<Optional<String>> values) {
    secrets =
        values.stream()
            .flatMap(Optional::stream)
            .filter(it -> it.length() >= SECRET_CHARS_MIN)
            .toList();
  }

  static String of(Object text) {
    String shown = String.valueOf(text);
    for (String secret : secrets) {
      shown = shown.replace(secret, HIDDEN);
    }
    return OneLine.of(shown);
  }
}
