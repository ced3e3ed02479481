package dev.everbrook.server.api.work;

import dev.everbrook.server.http.Request;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The trace of the caller, from the header of the W3C recommendation "Trace Context". */
final class Traceparent {

  private static final String HEADER = "traceparent";

  private static final TextMapGetter<Request> FROM_HEADER =
      new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(Request request) {
          return Set.of(HEADER);
        }

        @Override
        public @Nullable String get(@Nullable Request request, String key) {
          return request == null || !key.equals(HEADER) ? null : request.header(key).orElse(null);
        }
      };

  private Traceparent() {}

  /** The trace named by the request. A malformed header is ignored. */
  static Context of(Request request) {
    return W3CTraceContextPropagator.getInstance().extract(Context.root(), request, FROM_HEADER);
  }
}
