package dev.everbrook.server.api.work;

import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.Report;
import dev.everbrook.engine.job.Settled;
import dev.everbrook.engine.job.Workforce;
import dev.everbrook.engine.journal.Entry;
import dev.everbrook.server.http.HttpFailure;
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
 * What workers tell of the jobs they hold: how they go, and how they end. Safe for many threads.
 */
final class Reports {

  private static final int NOTE_MAX = 10_000;
  private static final int EVENTS_MAX = 1_000;
  private static final Duration LATER_MAX = Duration.ofDays(1);
  private static final int TOKENS_MAX = 1_000_000_000;

  private final Workforce workforce;
  private final JobStreams streams;

  Reports(Workforce workforce, JobStreams streams) {
    this.workforce = workforce;
    this.streams = streams;
  }

  void on(Routes routes) {
    routes
        .post(Fence.PATH + "/progress", this::progress)
        .post(Fence.PATH + "/events", this::events)
        .post(Fence.PATH + "/finish", this::finish)
        .post(Fence.PATH + "/fail", this::fail)
        .post(Fence.PATH + "/snooze", this::snooze)
        .post(Fence.PATH + "/limited", this::limited)
        .post(Fence.PATH + "/release", this::release);
  }

  private Reply progress(Request request) throws InterruptedException {
    Body body = Body.of(request);
    double value = body.fraction("value");
    String note = bounded(body.text("note").orElse(""));
    return append(request, seq(body), List.of(new Entry.Progress(value, note).toJson()));
  }

  private Reply events(Request request) throws InterruptedException {
    Body body = Body.of(request);
    List<JsonNode> events =
        body.array("events", EVENTS_MAX)
            .filter(it -> !it.isEmpty())
            .orElseThrow(() ->
                HttpFailure.badRequest(
                    "events must be given, as an array of 1 to " + EVENTS_MAX + " objects."));
    events.forEach(it -> Body.object(it, "each of events").needed("type"));
    return append(
        request,
        seq(body),
        events.stream().map(it -> it.toString().getBytes(StandardCharsets.UTF_8)).toList());
  }

  private static OptionalLong seq(Body body) {
    return body.number("seq", 0, Integer.MAX_VALUE);
  }

  private Reply append(Request request, OptionalLong seq, List<byte[]> events)
      throws InterruptedException {
    Fence fence = Fence.of(request);
    Workforce.Holding holding =
        workforce
            .holding(request.principal(), fence.worker(), fence.job(), fence.run())
            .orElseThrow(WorkError::notHeld);
    streams.append(holding, seq, events);
    return Reply.empty(204);
  }

  private Reply finish(Request request) throws InterruptedException {
    Body body = Body.of(request);
    String result = body.json("result").orElse("");
    return settle(request, body, () -> new Outcome.Done(result), Optional.empty());
  }

  private Reply fail(Request request) throws InterruptedException {
    Body body = Body.of(request);
    String error = body.needed("error");
    boolean retryable = body.flag("retryable", true);
    Optional<Duration> after = body.time("retry_after_ms", Duration.ZERO, Report.RETRY_AFTER_MAX);
    return settle(request, body, () -> new Outcome.Failed(error, retryable), after);
  }

  private Reply snooze(Request request) throws InterruptedException {
    Body body = Body.of(request);
    String reason = body.text("reason").orElse("");
    Duration after = after(body);
    return settle(request, body, () -> new Outcome.Snooze(after, reason), Optional.empty());
  }

  private Reply limited(Request request) throws InterruptedException {
    Body body = Body.of(request);
    String reason = body.text("reason").orElse("");
    Duration after = after(body);
    return settle(request, body, () -> new Outcome.Limited(after, reason), Optional.empty());
  }

  private Reply release(Request request) throws InterruptedException {
    return settle(request, Body.of(request), Outcome.HandOver::new, Optional.empty());
  }

  private static Duration after(Body body) {
    return body.time("after_ms", Duration.ZERO, LATER_MAX)
        .orElseThrow(() ->
            HttpFailure.badRequest(
                "after_ms must be given, from 0 to " + LATER_MAX.toMillis() + "."));
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

  private Reply settle(Request request, Body body, Told told, Optional<Duration> retryAfter)
      throws InterruptedException {
    Fence fence = Fence.of(request);
    OptionalLong tokens = body.number("tokens", 0, TOKENS_MAX);
    Report report;
    try {
      report =
          new Report(
              told.outcome(),
              tokens.isPresent() ? OptionalInt.of((int) tokens.getAsLong()) : OptionalInt.empty(),
              retryAfter);
    } catch (IllegalArgumentException e) {
      throw HttpFailure.badRequest(e);
    }
    Settled settled =
        workforce.settle(request.principal(), fence.worker(), fence.job(), fence.run(), report);
    return switch (settled) {
      case Settled.Over(var how) ->
          Reply.json(200, Map.of("state", how.name().toLowerCase(Locale.ROOT)));
      case Settled.Again(var after) ->
          Reply.json(200, Map.of("state", "again", "after_ms", after.toMillis()));
      case Settled.NotHeld() -> throw WorkError.notHeld();
    };
  }
}
