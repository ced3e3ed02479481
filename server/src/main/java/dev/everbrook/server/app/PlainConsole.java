package dev.everbrook.server.app;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import dev.everbrook.engine.world.OneLine;
import java.util.List;
import java.util.Optional;

/**
 * Where all that this process logs goes: the one place that makes text from outside harmless and
 * hides the secrets of this process, whichever library speaks. Named in the Logback files. Safe for
 * use by many threads.
 */
public final class PlainConsole extends ConsoleAppender<ILoggingEvent> {

  private static final String HIDDEN = "(hidden)";

  /** What is shorter would hide parts of ordinary words. */
  private static final int SECRET_CHARS_MIN = 8;

  private static volatile List<String> secrets = List.of();

  /** Made by Logback. */
  public PlainConsole() {}

  /** What is never to be shown from here on. */
  static void hide(List<Optional<String>> values) {
    secrets =
        values.stream()
            .flatMap(Optional::stream)
            .filter(it -> it.length() >= SECRET_CHARS_MIN)
            .toList();
  }

  @Override
  protected void subAppend(ILoggingEvent event) {
    super.subAppend(new PlainEvent(event));
  }

  /** Text fit to be shown. */
  static String plain(Object text) {
    String shown = String.valueOf(text);
    for (String secret : secrets) {
      shown = shown.replace(secret, HIDDEN);
    }
    return OneLine.of(shown);
  }
}
