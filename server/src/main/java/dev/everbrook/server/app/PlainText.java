package dev.everbrook.server.app;

import dev.everbrook.engine.text.OneLine;
import java.util.List;
import java.util.Optional;

/**
 * Text that is safe to show: on one line, without the secrets of this process. Safe for many
 * threads.
 */
final class PlainText {

  private static final String HIDDEN = "(hidden)";

  /** The shortest hidden secret; hiding a shorter one would remove parts of ordinary words. */
  private static final int SECRET_CHARS_MIN = 8;

  private static volatile List<String> secrets = List.of();

  private PlainText() {}

  /** Hides these values from now on. */
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
