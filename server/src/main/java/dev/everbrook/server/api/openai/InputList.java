package dev.everbrook.server.api.openai;

import dev.everbrook.server.http.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The input of a response as a list, by pages. */
final class InputList {

  private static final int LIMIT = 20;
  private static final int LIMIT_MAX = 100;

  private InputList() {}

  /** The items, each with its own id or one derived from its index. */
  static List<ObjectNode> named(Responses.Stored stored) {
    List<ObjectNode> named = new ArrayList<>();
    for (ObjectNode item : stored.input()) {
      ObjectNode copy = item.deepCopy();
      if (Json.text(copy, "id").isEmpty()) {
        String word =
            switch (InputItems.type(copy)) {
              case "message" -> "msg";
              case "function_call" -> "fc";
              case "function_call_output" -> "fco";
              case "image_generation_call" -> "ig";
              default -> "rs";
            };
        copy.put(
            "id", word + "_" + ResponseIds.hex(stored.stream().publicId()) + "_in" + named.size());
      }
      named.add(copy);
    }
    return named;
  }

  /** The requested page; by default newest first. */
  static ObjectNode page(List<ObjectNode> items, Request request) {
    List<ObjectNode> ordered = isAscending(request) ? items : items.reversed();
    int from = request.parameter("after").map(it -> place(ordered, it) + 1).orElse(0);
    int to = Math.min(ordered.size(), from + limit(request));
    ArrayNode data = Json.array();
    ordered.subList(from, to).forEach(data::add);
    ObjectNode page = Json.object().put("object", "list");
    page.put("first_id", data.isEmpty() ? "" : Json.text(data.get(0), "id"));
    page.put("last_id", data.isEmpty() ? "" : Json.text(data.get(data.size() - 1), "id"));
    page.put("has_more", to < ordered.size());
    page.set("data", data);
    return page;
  }

  private static boolean isAscending(Request request) {
    return switch (request.parameter("order").orElse("desc").toLowerCase(Locale.ROOT)) {
      case "asc" -> true;
      case "desc" -> false;
      default -> throw OpenAiError.invalid("order", "order must be asc or desc.").refused();
    };
  }

  private static int place(List<ObjectNode> items, String after) {
    for (int i = 0; i < items.size(); i++) {
      if (Json.text(items.get(i), "id").equals(after)) {
        return i;
      }
    }
    throw OpenAiError.invalid("after", "after must be the id of an item of this list.").refused();
  }

  private static int limit(Request request) {
    String text = request.parameter("limit").orElse(Integer.toString(LIMIT));
    try {
      int limit = Integer.parseInt(text);
      if (limit >= 1 && limit <= LIMIT_MAX) {
        return limit;
      }
    } catch (NumberFormatException _) {
      // Reported below.
    }
    throw OpenAiError.invalid("limit", "limit must be 1 to " + LIMIT_MAX + ".").refused();
  }
}
