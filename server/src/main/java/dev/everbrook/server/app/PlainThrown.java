package dev.everbrook.server.app;

import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A logged exception with plain messages, including its causes. */
record PlainThrown(IThrowableProxy thrown) implements IThrowableProxy {

  @Override
  public @Nullable String getOverridingMessage() {
    return plain(thrown.getOverridingMessage());
  }

  @Override
  public @Nullable String getMessage() {
    return plain(thrown.getMessage());
  }

  private static @Nullable String plain(@Nullable String message) {
    return message == null ? null : PlainText.of(message);
  }

  @Override
  public String getClassName() {
    return thrown.getClassName();
  }

  @Override
  public StackTraceElementProxy[] getStackTraceElementProxyArray() {
    return thrown.getStackTraceElementProxyArray();
  }

  @Override
  public int getCommonFrames() {
    return thrown.getCommonFrames();
  }

  @Override
  public @Nullable IThrowableProxy getCause() {
    IThrowableProxy cause = thrown.getCause();
    return cause == null ? null : new PlainThrown(cause);
  }

  @Override
  public IThrowableProxy @Nullable [] getSuppressed() {
    IThrowableProxy[] suppressed = thrown.getSuppressed();
    return suppressed == null
        ? null
        : Arrays.stream(suppressed).map(PlainThrown::new).toArray(IThrowableProxy[]::new);
  }

  @Override
  public boolean isCyclic() {
    return thrown.isCyclic();
  }
}
