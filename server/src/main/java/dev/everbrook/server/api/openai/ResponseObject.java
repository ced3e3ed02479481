package dev.everbrook.server.api.openai;

import dev.everbrook.engine.answer.AnswerEvent;
import dev.everbrook.engine.answer.AnswerEvent.Item;
import dev.everbrook.model.ModelEvent;
import dev.everbrook.model.Usage;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * An answer as an object of the Responses API, and its parts. The API's clients check strictly;
 * those for Java check every field and every enum value. So a value that they do not know is put
 * into a field that they ignore.
 *
 * @param shown the fields that repeat the request
 */
record ResponseObject(UUID stream, ObjectNode shown) {

  /** The field of a call for data that its provider needs back. */
  static final String PROVIDER_DATA = "provider_data";

  /** The response in its state so far. */
  ObjectNode of(AnswerOutput output) {
    ObjectNode response = begun(output);
    response.set("output", items(output));
    ArrayNode missing = LeftOutJson.of(output);
    if (output.items().stream().anyMatch(it -> !shows(it))) {
      missing.add(LeftOutJson.SOUND);
    }
    if (!missing.isEmpty()) {
      response.set("left_out", missing);
    }
    if (output.usage().isPresent()) {
      response.set("usage", usage(output.usage().get()));
    }
    return response;
  }

  /** The response without its output, for a reader that gets the output in pieces. */
  ObjectNode begun(AnswerOutput output) {
    ObjectNode response =
        Json.object()
            .put("id", ResponseIds.response(stream))
            .put("object", "response")
            .put("created_at", output.createdAt().getEpochSecond())
            .put("status", status(output))
            .put("model", output.model());
    response.set("error", error(output));
    response.set("incomplete_details", incomplete(output));
    response.setAll(shown);
    response.putArray("output");
    response.putNull("usage");
    return response;
  }

  /**
   * The failed response for a reader that has received text which is void now; the answer itself
   * continues.
   */
  ObjectNode restarted(AnswerOutput output) {
    ObjectNode response = begun(output);
    OpenAiError error = AnswerFailure.restarted();
    response.put("status", "failed");
    response.set("error", error("server_error", error.code(), error.message()));
    return response;
  }

  static String status(AnswerOutput output) {
    if (output.end().isEmpty()) {
      return output.isStarted() ? "in_progress" : "queued";
    }
    return switch (output.end().get()) {
      case AnswerEvent.Completed _ -> "completed";
      case AnswerEvent.Incomplete _ -> "incomplete";
      case AnswerEvent.Failed _ -> "failed";
      case AnswerEvent.Cancelled _ -> "cancelled";
    };
  }

  private static JsonNode error(AnswerOutput output) {
    if (output.end().orElse(null) instanceof AnswerEvent.Failed(String code, String message)) {
      OpenAiError error = AnswerFailure.of(code, message);
      String known =
          switch (error.status()) {
            case 429 -> "rate_limit_exceeded";
            case 400, 404 -> "invalid_prompt";
            default -> "server_error";
          };
      return error(known, error.code(), message);
    }
    return Json.MAPPER.nullNode();
  }

  /**
   * An error object. Some clients accept only a closed list of codes, so this server's own code is
   * in {@code type}.
   */
  private static ObjectNode error(String code, @Nullable String type, String message) {
    return Json.object().put("code", code).put("message", message).put("type", type);
  }

  private static JsonNode incomplete(AnswerOutput output) {
    if (output.end().orElse(null) instanceof AnswerEvent.Incomplete(String reason, _)) {
      return switch (reason) {
        case "length", "answer_too_long" -> Json.object().put("reason", "max_output_tokens");
        case "content_filter" -> Json.object().put("reason", reason);
        default -> Json.object().put("detail", reason); // reason is a closed list as well
      };
    }
    return Json.MAPPER.nullNode();
  }

  private ArrayNode items(AnswerOutput output) {
    ArrayNode items = Json.array();
    for (OutputItem item : output.items()) {
      if (shows(item)) {
        items.add(item(item, output.end().isPresent()));
      }
    }
    return items;
  }

  /** Whether the API can represent an item. */
  static boolean shows(OutputItem item) {
    return !item.is(ModelEvent.Media.Kind.AUDIO);
  }

  /** The id of an item, unique for ever: an item after a reset gets another id. */
  String id(OutputItem item) {
    String word =
        switch (item.kind()) {
          case Item.MessageItem() -> "msg_";
          case Item.ReasoningItem() -> "rs_";
          case Item.CallItem _ -> "fc_";
          case Item.MediaItem _ -> "ig_";
        };
    return word + ResponseIds.hex(stream) + "_" + item.seq();
  }

  /**
   * An item in its state so far.
   *
   * @param over whether the answer has ended
   */
  ObjectNode item(OutputItem item, boolean over) {
    String status = item.isDone() ? "completed" : over ? "incomplete" : "in_progress";
    return switch (item.kind()) {
      case Item.MessageItem() -> {
        ObjectNode message = tagged(item, "message", status).put("role", "assistant");
        message.set("content", parts(item));
        yield message;
      }
      case Item.ReasoningItem() -> {
        ObjectNode reasoning = tagged(item, "reasoning", status);
        reasoning.putArray("summary");
        reasoning.set("content", parts(item));
        item.kept().ifPresent(it -> reasoning.put("encrypted_content", it.toString()));
        yield reasoning;
      }
      case Item.CallItem(var call, var name) -> {
        ObjectNode function =
            tagged(item, "function_call", status)
                .put("call_id", call)
                .put("name", name)
                .put("arguments", item.arguments().toString());
        item.kept().ifPresent(it -> function.set(PROVIDER_DATA, it));
        yield function;
      }
      case Item.MediaItem _ -> picture(item, over);
    };
  }

  /** A picture; one without base64 data has its URL in an additional field. */
  private ObjectNode picture(OutputItem item, boolean over) {
    String status = item.isDone() ? "completed" : over ? "failed" : "in_progress";
    ObjectNode picture = tagged(item, "image_generation_call", status).putNull("result");
    String url = item.isDone() ? item.url().toString() : "";
    int data = url.indexOf(";base64,");
    if (url.startsWith("data:") && data > 0) {
      picture.put("result", url.substring(data + ";base64,".length()));
    } else if (!url.isEmpty()) {
      picture.put("url", url);
    }
    return picture;
  }

  private ObjectNode tagged(OutputItem item, String type, String status) {
    return Json.typed(type).put("id", id(item)).put("status", status);
  }

  private static ArrayNode parts(OutputItem item) {
    ArrayNode parts = Json.array();
    item.parts().forEach(part -> parts.add(part(part)));
    return parts;
  }

  static ObjectNode part(OutputItem.Part part) {
    String text = part.text().toString();
    return switch (part.kind()) {
      case TEXT -> {
        ObjectNode shown = Json.typed("output_text").put("text", text);
        shown.set("annotations", part.annotations().deepCopy());
        shown.putArray("logprobs");
        yield shown;
      }
      case REFUSAL -> Json.typed("refusal").put("refusal", text);
      case REASONING -> Json.typed("reasoning_text").put("text", text);
    };
  }

  private static ObjectNode usage(Usage usage) {
    ObjectNode json =
        Json.object()
            .put("input_tokens", usage.inputTokens())
            .put("output_tokens", usage.outputTokens())
            .put("total_tokens", usage.inputTokens() + usage.outputTokens());
    json.putObject("input_tokens_details")
        .put("cached_tokens", usage.cachedTokens())
        .put("cache_write_tokens", 0);
    json.putObject("output_tokens_details").put("reasoning_tokens", usage.reasoningTokens());
    return json;
  }
}
