package dev.everbrook.engine.job.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.engine.Await;
import dev.everbrook.engine.TestNode;
import dev.everbrook.engine.job.Child;
import dev.everbrook.engine.job.Dedupe;
import dev.everbrook.engine.job.Ends;
import dev.everbrook.engine.job.HistorySettings;
import dev.everbrook.engine.job.JobsNode;
import dev.everbrook.engine.job.JobsTest;
import dev.everbrook.engine.job.NewJob;
import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.node.JobSettings;
import dev.everbrook.postgres.Access;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The trace of who enqueues a job goes on in its runs. */
class TracesTest {

  private final InMemorySpanExporter spans = InMemorySpanExporter.create();
  private final OpenTelemetrySdk telemetry =
      OpenTelemetrySdk.builder()
          .setTracerProvider(
              SdkTracerProvider.builder()
                  .addSpanProcessor(SimpleSpanProcessor.create(spans))
                  .build())
          .build();
  private JobsNode node;

  @BeforeEach
  void start() {
    Access access = TestNode.newDatabase();
    node =
        new JobsNode(
            access,
            new JobSettings(
                HistorySettings.DEFAULT, Duration.ZERO, telemetry, new SimpleMeterRegistry()));
  }

  @AfterEach
  void stop() {
    node.close();
    telemetry.close();
  }

  @Test
  void aRunIsASpanOfTheTraceOfWhoEnqueuedItWhicheverWay() throws Exception {
    Ends ends = new Ends(4);
    Span asking = telemetry.getTracer("test").spanBuilder("ask").startSpan();
    try (Scope _ = asking.makeCurrent()) {
      enqueue(JobsTest.job("{}"));
      enqueue(JobsTest.job("{}").dedupe(Dedupe.reject("k")));
      node.database.tx(tx -> node.jobs.enqueueAll(tx, List.of(JobsTest.job("{}"))));
      node.jobs.enqueueAsync(JobsTest.job("{}")).get();
    }
    node.working(2, ends.handler(_ -> new Outcome.Done()));
    ends.await();

    List<SpanData> runs = awaitSpans(4);
    assertThat(runs).extracting(SpanData::getName).containsOnly("process q");
    assertThat(runs).extracting(SpanData::getKind).containsOnly(SpanKind.CONSUMER);
    assertThat(runs)
        .extracting(SpanData::getTraceId)
        .containsOnly(asking.getSpanContext().getTraceId());
    assertThat(runs)
        .extracting(SpanData::getParentSpanId)
        .containsOnly(asking.getSpanContext().getSpanId());
  }

  @Test
  void anAttemptThatFailedIsAnErrorAndWhatARunEnqueuesGoesOnInItsTrace() throws Exception {
    Ends ends = new Ends(2);
    node.working(
        2,
        ends.handler(run -> {
          if (run.payload().equals("{}") && run.attempt() == 1) {
            return new Outcome.Failed("no luck", true);
          }
          if (run.payload().equals("{}")) {
            enqueue(JobsTest.job("[]"));
          }
          return new Outcome.Done();
        }));
    enqueue(JobsTest.job("{}"));
    ends.await();

    List<SpanData> runs = awaitSpans(3);
    assertThat(runs.get(0).getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    assertThat(runs.get(0).getStatus().getDescription()).isEqualTo("no luck");
    SpanData second = runs.get(1).getParentSpanContext().isValid() ? runs.get(2) : runs.get(1);
    SpanData child = runs.get(1).getParentSpanContext().isValid() ? runs.get(1) : runs.get(2);
    assertThat(child.getParentSpanId()).isEqualTo(second.getSpanId());
  }

  @Test
  void theRunsOfChildrenAreBelowTheRunThatSplit() throws Exception {
    Ends ends = new Ends(2);
    node.working(
        2,
        ends.handler(run ->
            run.payload().equals("{}") && run.number() == 1
                ? new Outcome.AfterChildren(List.of(Child.of(JobsTest.job("[]"))))
                : new Outcome.Done()));
    Span asking = telemetry.getTracer("test").spanBuilder("ask").startSpan();
    try (Scope _ = asking.makeCurrent()) {
      enqueue(JobsTest.job("{}"));
    }
    ends.await();

    List<SpanData> runs = awaitSpans(3); // the one that split, its child, and the one that went on
    assertThat(runs)
        .extracting(SpanData::getParentSpanId)
        .containsExactly(
            asking.getSpanContext().getSpanId(),
            runs.getFirst().getSpanId(),
            asking.getSpanContext().getSpanId());
    assertThat(runs)
        .extracting(SpanData::getTraceId)
        .containsOnly(asking.getSpanContext().getTraceId());
  }

  private void enqueue(NewJob job) {
    node.database.tx(tx -> node.jobs.offer(tx, job));
  }

  private List<SpanData> awaitSpans(int n) {
    long start = System.nanoTime();
    while (System.nanoTime() - start < JobsTest.WAIT_S * 1_000_000_000L) {
      List<SpanData> ended =
          spans.getFinishedSpanItems().stream()
              .filter(it -> it.getKind() == SpanKind.CONSUMER)
              .toList();
      if (ended.size() >= n) {
        return ended;
      }
      Await.rest();
    }
    throw new AssertionError("there were no " + n + " spans within " + JobsTest.WAIT_S + " s");
  }
}
