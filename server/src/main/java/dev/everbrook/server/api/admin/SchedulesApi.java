package dev.everbrook.server.api.admin;

import dev.everbrook.engine.schedule.Rule;
import dev.everbrook.engine.schedule.Schedule;
import dev.everbrook.engine.schedule.Scheduled;
import dev.everbrook.engine.schedule.Schedules;
import dev.everbrook.server.http.HttpFailure;
import dev.everbrook.server.http.Quoted;
import dev.everbrook.server.http.Reply;
import dev.everbrook.server.http.Request;
import dev.everbrook.server.http.Routes;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What runs again and again. Safe for use by many threads. */
final class SchedulesApi {

  private static final int PAGE = 100;
  private static final String[] MEMBERS = {
    "cron",
    "zone",
    "every_ms",
    "offset_ms",
    "queue",
    "kind",
    "payload",
    "deadline_ms",
    "priority",
    "lane",
    "backfill_max"
  };

  private final Schedules schedules;

  SchedulesApi(Schedules schedules) {
    this.schedules = schedules;
  }

  void on(Routes routes) {
    routes.on("GET", "/v1/schedules", this::list);
    routes.on("GET", "/v1/schedules/:name", request -> found(name(request), 200));
    routes.on("PUT", "/v1/schedules/:name", this::put);
    routes.on("DELETE", "/v1/schedules/:name", this::remove);
    routes.on("POST", "/v1/schedules/:name/pause", this::pause);
    routes.on("POST", "/v1/schedules/:name/resume", this::resume);
    routes.on("POST", "/v1/schedules/:name/run-now", this::runNow);
  }

  private Reply list(Request request) {
    Asked.onlyParameters(request, "after", "limit");
    int most = (int) Asked.number(request, "limit", PAGE, 1, Schedules.PAGE_MAX);
    List<Scheduled> found = schedules.list(request.parameter("after").orElse(""), most);
    ObjectNode json = JsonMapper.shared().createObjectNode();
    ArrayNode listed = json.putArray("schedules");
    found.forEach(it -> listed.add(json(it)));
    return Reply.json(
        200, json.put("next", found.size() < most ? null : found.getLast().schedule().name()));
  }

  private Reply found(String name, int status) {
    return schedules
        .find(name)
        .map(it -> Reply.json(status, whole(it)))
        .orElseThrow(SchedulesApi::unknown);
  }

  private static String href(String name) {
    return "/v1/schedules/" + URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private Reply changed(String name, int status) throws InterruptedException {
    return Asked.changed(() -> found(name, status), href(name));
  }

  private Reply put(Request request) throws InterruptedException {
    ObjectNode body = Asked.body(request, MEMBERS);
    Schedule schedule = Asked.checked(() -> schedule(name(request), body));
    Schedules.Change change = schedules.put(schedule);
    return changed(schedule.name(), change == Schedules.Change.CREATED ? 201 : 200);
  }

  private static Schedule schedule(String name, ObjectNode said) {
    Schedule schedule =
        Schedule.of(
            name,
            rule(said),
            Asked.demandText(said, "queue"),
            Asked.demandText(said, "kind"),
            Asked.has(said, "payload") ? said.path("payload").toString() : "{}");
    Optional<Long> deadlineMs =
        Asked.whole(said, "deadline_ms", 1, Schedule.DEADLINE_MAX.toMillis());
    return schedule
        .within(deadlineMs.map(Duration::ofMillis).orElse(schedule.deadline()))
        .priority(
            Asked.whole(said, "priority", Integer.MIN_VALUE, Integer.MAX_VALUE)
                .orElse(0L)
                .intValue())
        .lane(Asked.text(said, "lane").orElse(""))
        .backfilling(
            Asked.whole(said, "backfill_max", 0, Schedule.BACKFILL_MAX).orElse(0L).intValue());
  }

  private static Rule rule(ObjectNode said) {
    Optional<String> cron = Asked.text(said, "cron");
    Optional<Long> everyMs =
        Asked.whole(
            said,
            "every_ms",
            Rule.Every.DISTANCE_MIN.toMillis(),
            Rule.Every.DISTANCE_MAX.toMillis());
    if (cron.isPresent() == everyMs.isPresent()) {
      throw HttpFailure.badRequest(
          "A schedule needs either cron and zone, or every_ms and offset_ms.");
    }
    String other = cron.isPresent() ? "offset_ms" : "zone";
    if (Asked.has(said, other)) {
      throw HttpFailure.badRequest(
          other + " means nothing with " + (cron.isPresent() ? "cron" : "every_ms") + ".");
    }
    long offsetMs = Asked.whole(said, "offset_ms", 0, Long.MAX_VALUE).orElse(0L);
    return everyMs
        .<Rule>map(ms -> new Rule.Every(Duration.ofMillis(ms), Duration.ofMillis(offsetMs)))
        .orElseGet(() ->
            new Rule.Cron(
                Asked.demandText(said, "cron"), zone(Asked.text(said, "zone").orElse("UTC"))));
  }

  /** The words of the platform name its classes. */
  private static ZoneId zone(String name) {
    try {
      return ZoneId.of(name);
    } catch (DateTimeException _) {
      throw HttpFailure.badRequest(
          "zone must be a time zone such as Europe/Berlin, UTC or +02:00, was '"
              + Quoted.cut(name)
              + "'.");
    }
  }

  private Reply remove(Request request) {
    if (!schedules.remove(name(request))) {
      throw unknown();
    }
    return Reply.empty(204);
  }

  private Reply pause(Request request) throws InterruptedException {
    schedules.pause(name(request));
    return changed(name(request), 200);
  }

  private Reply resume(Request request) throws InterruptedException {
    schedules.resume(name(request));
    return changed(name(request), 200);
  }

  private Reply runNow(Request request) {
    return JobsApi.begun(schedules.runNow(name(request)).orElseThrow(SchedulesApi::unknown));
  }

  private static String name(Request request) {
    return Asked.name(request, "name");
  }

  private static HttpFailure unknown() {
    return HttpFailure.notFound("There is no schedule of this name.");
  }

  private static ObjectNode whole(Scheduled scheduled) {
    ObjectNode json = json(scheduled);
    JobJson.raw(json, "payload", scheduled.schedule().payload());
    return json;
  }

  /** Without its payload, of which a page would have too many. */
  private static ObjectNode json(Scheduled scheduled) {
    Schedule schedule = scheduled.schedule();
    ObjectNode json = JsonMapper.shared().createObjectNode().put("name", schedule.name());
    switch (schedule.rule()) {
      case Rule.Cron(var expression, var zone) ->
          json.put("cron", expression.toString()).put("zone", zone.getId());
      case Rule.Every(var distance, var offset) ->
          json.put("every_ms", distance.toMillis()).put("offset_ms", offset.toMillis());
    }
    return json.put("queue", schedule.queue())
        .put("kind", schedule.kind())
        .put("deadline_ms", schedule.deadline().toMillis())
        .put("priority", schedule.priority())
        .put("lane", schedule.lane())
        .put("backfill_max", schedule.backfillMax())
        .put("paused", scheduled.paused())
        .put("next_at", scheduled.nextAt().toString())
        .put("last_at", JobJson.time(scheduled.lastAt()));
  }
}
