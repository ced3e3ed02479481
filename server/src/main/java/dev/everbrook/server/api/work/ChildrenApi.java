package dev.everbrook.server.api.work;

import dev.everbrook.engine.job.ChildEnd;
import dev.everbrook.engine.job.RemoteWorkers;
import dev.everbrook.server.http.Reply;
import dev.everbrook.server.http.Request;
import dev.everbrook.server.http.RequestParameters;
import dev.everbrook.server.http.Routes;
import java.util.Locale;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.util.RawValue;

/**
 * The results of a job's children, for the worker that holds the job. Safe for use by many threads.
 */
final class ChildrenApi {

  private final RemoteWorkers remoteWorkers;

  ChildrenApi(RemoteWorkers remoteWorkers) {
    this.remoteWorkers = remoteWorkers;
  }

  void on(Routes routes) {
    routes.get(WorkPaths.RUN + "/children", this::children);
  }

  private Reply children(Request request) {
    RunPath path = RunPath.of(request);
    ChildEnd.Page page =
        remoteWorkers
            .children(request.principal(), path.worker(), path.job(), path.run(), after(request))
            .orElseThrow(WorkError::notHeld);
    ObjectNode json = JsonMapper.shared().createObjectNode();
    ArrayNode children = json.putArray("children");
    page.children().forEach(it -> children.add(json(it)));
    if (page.next().isPresent()) {
      json.put("next", page.next().getAsLong());
    } else {
      json.putNull("next");
    }
    return Reply.json(200, json);
  }

  private static ObjectNode json(ChildEnd child) {
    ObjectNode json = JsonMapper.shared().createObjectNode();
    json.put("job", child.job())
        .put("kind", child.kind())
        .put("state", child.how().name().toLowerCase(Locale.ROOT));
    if (!child.result().isEmpty()) {
      json.putRawValue("result", new RawValue(child.result()));
    }
    if (!child.error().isEmpty()) {
      json.put("error", child.error());
    }
    return json;
  }

  private static long after(Request request) {
    return RequestParameters.whole(request, "after", 0, 0, Long.MAX_VALUE);
  }
}
