package dev.everbrook.engine.job.run;

import dev.everbrook.engine.job.Ended;
import dev.everbrook.engine.job.claim.Claimed;
import dev.everbrook.engine.job.finish.Verdict;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Continues the trace of the enqueueing call in the runs of the job. Runs are spans, with names and
 * attributes by OpenTelemetry's conventions for messaging. Safe for use by many threads.
 */
public final class Traces {

  private static final String TRACEPARENT = "traceparent";
  private static final W3CTraceContextPropagator W3C = W3CTraceContextPropagator.getInstance();
  private static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("messaging.system");
  private static final AttributeKey<String> QUEUE =
      AttributeKey.stringKey("messaging.destination.name");
  private static final AttributeKey<String> OPERATION =
      AttributeKey.stringKey("messaging.operation.type");
  private static final AttributeKey<String> JOB = AttributeKey.stringKey("messaging.message.id");
  private static final AttributeKey<Long> BATCH =
      AttributeKey.longKey("messaging.batch.message_count");
  private static final AttributeKey<String> KIND = AttributeKey.stringKey("everbrook.job.kind");
  private static final AttributeKey<Long> ATTEMPT = AttributeKey.longKey("everbrook.job.attempt");

  private static final TextMapGetter<String> FROM_TEXT =
      new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(String carrier) {
          return Set.of(TRACEPARENT);
        }

        @Override
        public @Nullable String get(@Nullable String carrier, String key) {
          return key.equals(TRACEPARENT) ? carrier : null;
        }
      };

  private final Tracer tracer;

  public Traces(OpenTelemetry telemetry) {
    tracer = telemetry.getTracer("dev.everbrook.engine");
  }

  /**
   * Begins a span for runs of one kind: for one job a child in its trace, for several a root with
   * links to their traces.
   */
  Span begin(List<Claimed> jobs) {
    Claimed first = jobs.getFirst();
    SpanBuilder builder =
        tracer
            .spanBuilder("process " + first.queue())
            .setSpanKind(SpanKind.CONSUMER)
            .setAttribute(SYSTEM, "everbrook")
            .setAttribute(OPERATION, "process")
            .setAttribute(QUEUE, first.queue())
            .setAttribute(KIND, first.kind());
    if (jobs.size() == 1) {
      builder
          .setParent(context(first))
          .setAttribute(JOB, Long.toString(first.id()))
          .setAttribute(ATTEMPT, (long) first.attempt());
    } else {
      builder.setNoParent().setAttribute(BATCH, (long) jobs.size());
      jobs.forEach(job -> builder.addLink(Span.fromContext(context(job)).getSpanContext()));
    }
    return builder.startSpan();
  }

  /** Ends a span that {@link #begin} began. */
  static void end(Span span, Iterable<Verdict> verdicts) {
    for (Verdict verdict : verdicts) {
      switch (verdict) {
        case Verdict.Finish(var how, var error, _) when how == Ended.FAILED ->
            span.setStatus(StatusCode.ERROR, error);
        case Verdict.RunAgain(_, var counts, var error, _) when counts ->
            span.setStatus(StatusCode.ERROR, error);
        case Verdict.Finish _, Verdict.RunAgain _, Verdict.Left _ -> {
          // Not an error.
        }
      }
    }
    span.end();
  }

  private static Context context(Claimed claimed) {
    String trace = claimed.links().trace();
    return trace.isEmpty() ? Context.root() : W3C.extract(Context.root(), trace, FROM_TEXT);
  }
}
