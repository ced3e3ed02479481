package dev.everbrook.server.api.admin;

import dev.everbrook.engine.schedule.Rule;
import dev.everbrook.engine.schedule.Schedule;
import dev.everbrook.engine.schedule.Scheduled;
import dev.everbrook.engine.schedule.Schedules;
import dev.everbrook.engine.text.Excerpt;
import dev.everbrook.server.http.AfterCommit;
import dev.everbrook.server.http.HttpFailure;
import dev.everbrook.server.http.JsonBody;
import dev.everbrook.server.http.Reply;
import dev.everbrook.server.http.Request;
import dev.everbrook.server.http.RequestParameters;
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

/** Schedules. Safe for use by many threads. */
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
    RequestParameters.only(request, "after", "limit");
    int most = (int) RequestParameters.whole(request, "limit", PAGE, 1, Schedules.PAGE_MAX);
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
        .orElseThrow(() -> unknown(name));
  }

  private static String href(String name) {
    return "/v1/schedules/" + URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private Reply changed(String name, int status) throws InterruptedException {
    return AfterCommit.show(() -> found(name, status), href(name));
  }

  private Reply put(Request request) throws InterruptedException {
    JsonBody body = JsonBody.orEmpty(request).only(MEMBERS);
    Schedule schedule = HttpFailure.checked(() -> schedule(name(request), body));
    Schedules.Change change = schedules.put(schedule);
    return changed(schedule.name(), change == Schedules.Change.CREATED ? 201 : 200);
  }

  private static Schedule schedule(String name, JsonBody said) {
    Schedule schedule =
        Schedule.of(
            name,
            rule(said),
            said.needed("queue"),
            said.needed("kind"),
            said.jsonText("payload").orElse("{}"));
    return schedule
        .within(
            said.millis("deadline_ms", Duration.ofMillis(1), Schedule.DEADLINE_MAX)
                .orElse(schedule.deadline()))
        .priority(said.whole("priority", Integer.MIN_VALUE, Integer.MAX_VALUE, 0))
        .lane(said.text("lane").orElse(""))
        .backfilling(said.whole("backfill_max", 0, Schedule.BACKFILL_MAX, 0));
  }

  private static Rule rule(JsonBody said) {
    Optional<String> cron = said.text("cron");
    Optional<Duration> every =
        said.millis("every_ms", Rule.Every.DISTANCE_MIN, Rule.Every.DISTANCE_MAX);
    if (cron.isPresent() == every.isPresent()) {
      throw HttpFailure.badRequest(
          "A schedule needs either cron and zone, or every_ms and offset_ms.");
    }
    String other = cron.isPresent() ? "offset_ms" : "zone";
    if (said.has(other)) {
      throw HttpFailure.badRequest(
          other + " means nothing with " + (cron.isPresent() ? "cron" : "every_ms") + ".");
    }
    Duration offset = Duration.ofMillis(said.whole("offset_ms", 0, Long.MAX_VALUE).orElse(0L));
    return every
        .<Rule>map(distance -> new Rule.Every(distance, offset))
        .orElseGet(() -> new Rule.Cron(said.needed("cron"), zone(said.text("zone").orElse("UTC"))));
  }

  /** Reads a zone; replaces the platform's message, which names Java classes. */
  private static ZoneId zone(String name) {
    try {
      return ZoneId.of(name);
    } catch (DateTimeException _) {
      throw HttpFailure.badRequest(
          "zone must be a time zone such as Europe/Berlin, UTC or +02:00, was '"
              + Excerpt.of(name)
              + "'.");
    }
  }

  private Reply remove(Request request) {
    if (!schedules.remove(name(request))) {
      throw unknown(name(request));
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
    return JobsApi.begun(schedules.runNow(name(request)).orElseThrow(() -> unknown(name(request))));
  }

  private static String name(Request request) {
    return request.part("name");
  }

  private static HttpFailure unknown(String name) {
    return HttpFailure.notFound("There is no schedule '" + Excerpt.of(name) + "'.");
  }

  private static ObjectNode whole(Scheduled scheduled) {
    ObjectNode json = json(scheduled);
    JobJson.raw(json, "payload", scheduled.schedule().payload());
    return json;
  }

  /** A schedule without its payload, since a page of payloads would be too large. */
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
