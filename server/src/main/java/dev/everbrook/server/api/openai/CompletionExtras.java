package dev.everbrook.server.api.openai;

import dev.everbrook.engine.answer.AnswerEvent;
import dev.everbrook.engine.answer.Thoughts;
import dev.everbrook.model.ModelEvent;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The content of a chat completion other than text and calls, under the names that providers use:
 * {@code images} and data to send back (OpenRouter, Gemini), {@code audio} and {@code annotations}
 * (OpenAI).
 */
final class CompletionExtras {

  private static final String BASE64 = ";base64,";

  private CompletionExtras() {}

  /** Adds all of this content to a whole message. */
  static void put(ObjectNode message, UUID stream, AnswerOutput output) {
    for (OutputItem item : output.items()) {
      boolean isCall = item.kind() instanceof AnswerEvent.Item.CallItem;
      if (!isCall) {
        item.kept().ifPresent(it -> keep(message, it));
      }
      item.parts()
          .forEach(part ->
              part.annotations().forEach(it -> array(message, "annotations").add(nested(it))));
      if (item.kind() instanceof AnswerEvent.Item.MediaItem && item.isDone()) {
        media(message, stream, output, item);
      }
    }
  }

  /** Adds a complete picture or sound. */
  static void media(ObjectNode message, UUID stream, AnswerOutput output, OutputItem item) {
    String url = item.url().toString();
    if (item.is(ModelEvent.Media.Kind.IMAGE)) {
      ObjectNode image = array(message, "images").addObject().put("type", "image_url");
      image.putObject("image_url").put("url", url);
      return;
    }
    ObjectNode audio =
        message
            .putObject("audio")
            .put("id", "audio_" + ResponseIds.hex(stream) + "_" + item.seq())
            .put("expires_at", output.createdAt().getEpochSecond())
            .put("transcript", "");
    int data = url.indexOf(BASE64);
    if (url.startsWith("data:") && data > 0) {
      audio.put("data", url.substring(data + BASE64.length()));
    } else {
      audio.put("url", url);
    }
  }

  /** Adds data that a provider needs back, under its original names. */
  static void keep(ObjectNode to, JsonNode kept) {
    if (kept.path("fields") instanceof ObjectNode fields) {
      to.setAll((ObjectNode) Thoughts.together(to, fields));
    }
  }

  /** An annotation of the Responses API in the form of chat completions. */
  static JsonNode nested(JsonNode flat) {
    if (!Json.text(flat, "type").equals("url_citation") || !(flat instanceof ObjectNode)) {
      return flat;
    }
    ObjectNode citation = (ObjectNode) flat.deepCopy();
    citation.remove("type");
    ObjectNode nested = Json.typed("url_citation");
    nested.set("url_citation", citation);
    return nested;
  }

  private static ArrayNode array(ObjectNode message, String field) {
    return message.path(field) instanceof ArrayNode known ? known : message.putArray(field);
  }
}
