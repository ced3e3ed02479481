package dev.everbrook.server.app;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;

/**
 * The console appender of this process: it makes text from outside harmless and hides the secrets
 * of this process, in the messages of every library. The Logback files name it. Safe for use by
 * many threads.
 */
public final class PlainConsole extends ConsoleAppender<ILoggingEvent> {

  /** Called by Logback. */
  public PlainConsole() {}

  @Override
  protected void subAppend(ILoggingEvent event) {
    super.subAppend(new PlainEvent(event));
  }
}
