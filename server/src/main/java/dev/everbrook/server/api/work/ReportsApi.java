package dev.everbrook.server.api.work;

import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.RemoteWorkers;
import dev.everbrook.engine.job.ReportResult;
import dev.everbrook.engine.job.RunReport;
import dev.everbrook.engine.journal.Entry;
import dev.everbrook.server.http.HttpFailure;
import dev.everbrook.server.http.JsonBody;
import dev.everbrook.server.http.Reply;
import dev.everbrook.server.http.Request;
import dev.everbrook.server.http.Routes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import tools.jackson.databind.JsonNode;

/**
 * The reports of workers on the jobs that they hold: progress, and the end. Safe for many threads.
 */
final class ReportsApi {

  private static final int NOTE_MAX = 10_000;
  private static final int EVENTS_MAX = 1_000;
  private static final Duration LATER_MAX = Duration.ofDays(1);
  private static final int TOKENS_MAX = 1_000_000_000;

  private final RemoteWorkers remoteWorkers;
  private final RemoteJournals streams;

  ReportsApi(RemoteWorkers remoteWorkers, RemoteJournals streams) {
    this.remoteWorkers = remoteWorkers;
    this.streams = streams;
  }

  void on(Routes routes) {
    routes
        .post(WorkPaths.RUN + "/progress", this::progress)
        .post(WorkPaths.RUN + "/events", this::events)
        .post(WorkPaths.RUN + "/finish", this::finish)
        .post(WorkPaths.RUN + "/fail", this::fail)
        .post(WorkPaths.RUN + "/snooze", this::snooze)
        .post(WorkPaths.RUN + "/limited", this::limited)
        .post(WorkPaths.RUN + "/release", this::release);
  }

  private Reply progress(Request request) throws InterruptedException {
    JsonBody body = JsonBody.orEmpty(request);
    double value = body.fraction("value");
    String note = bounded(body.text("note").orElse(""));
    return append(request, seq(body), List.of(new Entry.Progress(value, note).toJson()));
  }

  private Reply events(Request request) throws InterruptedException {
    JsonBody body = JsonBody.orEmpty(request);
    List<JsonNode> events =
        body.array("events", EVENTS_MAX)
            .filter(it -> !it.isEmpty())
            .orElseThrow(
                () -> body.missing("events", ", as an array of 1 to " + EVENTS_MAX + " objects"));
    events.forEach(it -> JsonBody.of(it, "each of events").needed("type"));
    return append(
        request,
        seq(body),
        events.stream().map(it -> it.toString().getBytes(StandardCharsets.UTF_8)).toList());
  }

  private static OptionalLong seq(JsonBody body) {
    return body.whole("seq", 0, Integer.MAX_VALUE);
  }

  private Reply append(Request request, OptionalLong seq, List<byte[]> events)
      throws InterruptedException {
    RunPath path = RunPath.of(request);
    RemoteWorkers.Holding holding =
        remoteWorkers
            .holding(request.principal(), path.worker(), path.job(), path.run())
            .orElseThrow(WorkError::notHeld);
    streams.append(holding, seq, events);
    return Reply.empty(204);
  }

  private Reply finish(Request request) throws InterruptedException {
    JsonBody body = JsonBody.orEmpty(request);
    String result = body.jsonText("result").orElse("");
    return settle(request, body, () -> new Outcome.Done(result));
  }

  private Reply fail(Request request) throws InterruptedException {
    JsonBody body = JsonBody.orEmpty(request);
    String error = body.needed("error");
    boolean retryable = body.flag("retryable").orElse(true);
    Optional<Duration> after =
        body.millis("retry_after_ms", Duration.ZERO, Outcome.RETRY_AFTER_MAX);
    return settle(request, body, () -> new Outcome.Failed(error, retryable, after));
  }

  private Reply snooze(Request request) throws InterruptedException {
    JsonBody body = JsonBody.orEmpty(request);
    String reason = body.text("reason").orElse("");
    Duration after = after(body);
    return settle(request, body, () -> new Outcome.Snooze(after, reason));
  }

  private Reply limited(Request request) throws InterruptedException {
    JsonBody body = JsonBody.orEmpty(request);
    String reason = body.text("reason").orElse("");
    Duration after = after(body);
    return settle(request, body, () -> new Outcome.Limited(after, reason));
  }

  private Reply release(Request request) throws InterruptedException {
    return settle(request, JsonBody.orEmpty(request), Outcome.HandOver::new);
  }

  private static Duration after(JsonBody body) {
    return body.millis("after_ms", Duration.ZERO, LATER_MAX)
        .orElseThrow(() -> body.missing("after_ms", ", from 0 to " + LATER_MAX.toMillis()));
  }

  private static String bounded(String note) {
    if (note.length() > NOTE_MAX) {
      throw HttpFailure.badRequest(
          "note may have at most " + NOTE_MAX + " characters, had " + note.length() + ".");
    }
    return note;
  }

  private interface Told {
    Outcome outcome();
  }

  private Reply settle(Request request, JsonBody body, Told told) throws InterruptedException {
    RunPath path = RunPath.of(request);
    OptionalLong tokens = body.whole("tokens", 0, TOKENS_MAX);
    RunReport report;
    try {
      report =
          new RunReport(
              told.outcome(),
              tokens.isPresent() ? OptionalInt.of((int) tokens.getAsLong()) : OptionalInt.empty());
    } catch (IllegalArgumentException e) {
      throw HttpFailure.badRequest(e);
    }
    ReportResult settled =
        remoteWorkers.settle(request.principal(), path.worker(), path.job(), path.run(), report);
    return switch (settled) {
      case ReportResult.Over(var how) ->
          Reply.json(200, Map.of("state", how.name().toLowerCase(Locale.ROOT)));
      case ReportResult.Again(var after) ->
          Reply.json(200, Map.of("state", "again", "after_ms", after.toMillis()));
      case ReportResult.NotHeld() -> throw WorkError.notHeld();
    };
  }
}
