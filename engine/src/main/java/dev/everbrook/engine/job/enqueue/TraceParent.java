package dev.everbrook.engine.job.enqueue;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import java.util.HashMap;
import java.util.Map;

/** The trace context that a job carries from its enqueueing to its runs. */
public final class TraceParent {

  private static final String TRACEPARENT = "traceparent";

  private TraceParent() {}

  /** The W3C traceparent of the calling thread; empty if it is not traced. */
  public static String current() {
    if (!Span.current().getSpanContext().isValid()) {
      return "";
    }
    Map<String, String> carrier = new HashMap<>();
    W3CTraceContextPropagator.getInstance().inject(Context.current(), carrier, Map::put);
    return carrier.getOrDefault(TRACEPARENT, "");
  }
}
