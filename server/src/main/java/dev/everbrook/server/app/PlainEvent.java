package dev.everbrook.server.app;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.LoggerContextVO;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;
import org.slf4j.event.KeyValuePair;

/** A log event with plain texts. */
record PlainEvent(ILoggingEvent event) implements ILoggingEvent {

  @Override
  public String getThreadName() {
    return PlainText.of(event.getThreadName());
  }

  @Override
  public Level getLevel() {
    return event.getLevel();
  }

  @Override
  public String getMessage() {
    return PlainText.of(event.getMessage());
  }

  @Override
  public Object @Nullable [] getArgumentArray() {
    Object[] arguments = event.getArgumentArray();
    return arguments == null ? null : Arrays.stream(arguments).map(PlainText::of).toArray();
  }

  @Override
  public String getFormattedMessage() {
    return PlainText.of(event.getFormattedMessage());
  }

  @Override
  public String getLoggerName() {
    return event.getLoggerName();
  }

  @Override
  public LoggerContextVO getLoggerContextVO() {
    return event.getLoggerContextVO();
  }

  @Override
  public @Nullable IThrowableProxy getThrowableProxy() {
    IThrowableProxy thrown = event.getThrowableProxy();
    return thrown == null ? null : new PlainThrown(thrown);
  }

  @Override
  public StackTraceElement[] getCallerData() {
    return event.getCallerData();
  }

  @Override
  public boolean hasCallerData() {
    return event.hasCallerData();
  }

  @Override
  public @Nullable List<Marker> getMarkerList() {
    return event.getMarkerList();
  }

  /** This program sets no MDC. */
  @Override
  public Map<String, String> getMDCPropertyMap() {
    return Map.of();
  }

  @Override
  @SuppressWarnings("deprecation") // the interface still requires it
  public Map<String, String> getMdc() {
    return Map.of();
  }

  @Override
  public long getTimeStamp() {
    return event.getTimeStamp();
  }

  @Override
  public int getNanoseconds() {
    return event.getNanoseconds();
  }

  @Override
  public long getSequenceNumber() {
    return event.getSequenceNumber();
  }

  @Override
  public @Nullable List<KeyValuePair> getKeyValuePairs() {
    List<KeyValuePair> pairs = event.getKeyValuePairs();
    return pairs == null
        ? null
        : pairs.stream()
            .map(it -> new KeyValuePair(it.key, PlainText.of(String.valueOf(it.value))))
            .toList();
  }

  @Override
  public void prepareForDeferredProcessing() {
    event.prepareForDeferredProcessing();
  }
}
