package dev.everbrook.server.api.work;

import dev.everbrook.engine.job.ChildEnd;
import dev.everbrook.engine.job.ChildPage;
import dev.everbrook.engine.job.Workforce;
import dev.everbrook.server.http.HttpFailure;
import dev.everbrook.server.http.Quoted;
import dev.everbrook.server.http.Reply;
import dev.everbrook.server.http.Request;
import dev.everbrook.server.http.Routes;
import java.util.Locale;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.util.RawValue;

/** What the children of a job left, for the worker that holds it. Safe for use by many threads. */
final class Children {

  private final Workforce workforce;

  Children(Workforce workforce) {
    this.workforce = workforce;
  }

  void on(Routes routes) {
    routes.get(Fence.PATH + "/children", this::children);
  }

  private Reply children(Request request) {
    Fence fence = Fence.of(request);
    ChildPage page =
        workforce
            .children(request.principal(), fence.worker(), fence.job(), fence.run(), after(request))
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
    String text = request.parameter("after").orElse("0");
    if (text.matches("[0-9]{1,18}")) {
      return Long.parseLong(text);
    }
    throw HttpFailure.badRequest(
        "after must be the next of the page before, was '" + Quoted.cut(text) + "'.");
  }
}
