package dev.everbrook.server.api.admin;

import dev.everbrook.engine.job.Jobs;
import dev.everbrook.engine.job.LaneLimits;
import dev.everbrook.engine.job.LaneView;
import dev.everbrook.engine.job.Lanes;
import dev.everbrook.engine.job.Queues;
import dev.everbrook.server.http.AfterCommit;
import dev.everbrook.server.http.HttpFailure;
import dev.everbrook.server.http.JsonBody;
import dev.everbrook.server.http.Reply;
import dev.everbrook.server.http.Request;
import dev.everbrook.server.http.RequestParameters;
import dev.everbrook.server.http.Routes;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The lanes of a queue. Jobs without a lane belong to the lane with the empty name, whose URL ends
 * with {@code lanes/}. Safe for use by many threads.
 */
final class LanesApi {

  private static final int PAGE = 100;

  /** The URL of the lane with the empty name, and of its actions. */
  private static final Pattern NAMELESS = Pattern.compile("/lanes/(/(close|open))?$");

  private static final double SECONDS_PER_MINUTE = 60;
  private static final long CLOSED_MS_MAX = Duration.ofDays(7).toMillis();

  private final Lanes lanes;
  private final Queues queues;

  LanesApi(Jobs jobs) {
    this.lanes = jobs.lanes();
    this.queues = jobs.queues();
  }

  void on(Routes routes) {
    routes.on("GET", "/v1/queues/:queue/lanes", this::list);
    for (String lane : new String[] {"/v1/queues/:queue/lanes", "/v1/queues/:queue/lanes/:lane"}) {
      routes.on("PUT", lane, this::limit);
      routes.on("DELETE", lane, this::unlimit);
      routes.on("POST", lane + "/close", this::close);
      routes.on("POST", lane + "/open", this::open);
    }
  }

  private Reply list(Request request) {
    RequestParameters.only(request, "from", "limit");
    int most = (int) RequestParameters.whole(request, "limit", PAGE, 1, Lanes.PAGE_MAX);
    LaneView.Page page =
        lanes.list(QueuesApi.known(request, queues), request.parameter("from").orElse(""), most);
    ObjectNode json = JsonMapper.shared().createObjectNode();
    ArrayNode listed = json.putArray("lanes");
    page.lanes().forEach(lane -> listed.add(json(lane)));
    return Reply.json(200, json.put("next", page.next().orElse(null)));
  }

  private Reply limit(Request request) throws InterruptedException {
    JsonBody body =
        JsonBody.orEmpty(request)
            .only("weight", "at_once", "per_second", "burst", "tokens_per_minute");
    LaneLimits limits = HttpFailure.checked(() -> limits(body));
    return changed(request, (queue, lane) -> lanes.limit(queue, lane, limits));
  }

  private static LaneLimits limits(JsonBody said) {
    LaneLimits limits =
        new LaneLimits(
            said.decimal("weight").orElse(1.0),
            LimitsJson.atOnce(said),
            LimitsJson.rate(said),
            Optional.empty());
    return said.decimal("tokens_per_minute").map(limits::tokensPerMinute).orElse(limits);
  }

  private Reply unlimit(Request request) throws InterruptedException {
    return changed(request, lanes::unlimit);
  }

  private Reply close(Request request) throws InterruptedException {
    JsonBody body = JsonBody.orEmpty(request).only("for_ms", "reason");
    long ms =
        body.whole("for_ms", 1, CLOSED_MS_MAX)
            .orElseThrow(() -> body.missing("for_ms", ", from 1 to " + CLOSED_MS_MAX));
    String reason = body.text("reason").orElse("closed by its operator");
    return changed(
        request, (queue, lane) -> lanes.close(queue, lane, Duration.ofMillis(ms), reason));
  }

  private Reply open(Request request) throws InterruptedException {
    JsonBody.orEmpty(request).only();
    return changed(request, lanes::open);
  }

  @FunctionalInterface
  private interface Change {
    void to(String queue, String lane);
  }

  private Reply changed(Request request, Change change) throws InterruptedException {
    String lane = request.part("lane");
    if (lane.isEmpty() && !NAMELESS.matcher(request.url()).find()) {
      throw HttpFailure.notFound(
          "The lane is missing: …/lanes/{lane}. The lane of jobs without one is …/lanes/ alone.");
    }
    String queue = QueuesApi.known(request, queues);
    HttpFailure.check(() -> change.to(queue, lane));
    return AfterCommit.show(
        () -> found(queue, lane), request.url().replaceFirst("/(close|open)$", ""));
  }

  private Reply found(String queue, String lane) {
    return lanes.list(queue, lane, 1).lanes().stream()
        .filter(it -> it.name().equals(lane))
        .findFirst()
        .map(it -> Reply.json(200, json(it)))
        .orElse(Reply.empty(204));
  }

  private static ObjectNode json(LaneView lane) {
    ObjectNode json = JsonMapper.shared().createObjectNode();
    json.put("name", lane.name()).put("own_limits", lane.own());
    ObjectNode limits = json.putObject("limits").put("weight", lane.limits().weight());
    LimitsJson.write(limits, lane.limits().atOnce(), lane.limits().rate());
    limits.put(
        "tokens_per_minute",
        lane.limits().tokens().map(it -> it.perSecond() * SECONDS_PER_MINUTE).orElse(null));
    json.put("closed_until", JobJson.time(lane.closedUntil()))
        .put("closed_why", lane.closedWhy().isEmpty() ? null : lane.closedWhy())
        .put("running", lane.running())
        .put("ready", lane.ready())
        .put("ready_is_more", lane.ready() == LaneView.READY_COUNTED_MAX)
        .put("oldest_ready_ms", lane.oldest().map(Duration::toMillis).orElse(null));
    if (lane.starts().isPresent()) {
      json.put("starts_left", lane.starts().getAsDouble());
    }
    if (lane.tokens().isPresent()) {
      json.put("tokens_left", lane.tokens().getAsDouble());
    }
    return json;
  }
}
