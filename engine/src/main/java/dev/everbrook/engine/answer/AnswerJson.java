package dev.everbrook.engine.answer;

import dev.everbrook.engine.answer.AnswerEvent.Item;
import dev.everbrook.engine.answer.AnswerEvent.Kind;
import dev.everbrook.model.ModelEvent;
import dev.everbrook.model.Usage;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import tools.jackson.core.io.JsonStringEncoder;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Converts the events of an answer to JSON and back. */
final class AnswerJson {

  private static final JsonMapper JSON = JsonMapper.shared();
  private static final byte[] END = {'"', '}'};

  private AnswerJson() {}

  static byte[] of(AnswerEvent event) {
    return switch (event) {
      case AnswerEvent.Piece(var kind, var text) -> piece(word(kind), text);
      case AnswerEvent.Arguments(var item, var text) ->
          bytes(node("arguments").put("item", item).put("text", text));
      case AnswerEvent.Created(var model, var at) -> {
        ObjectNode node = node("created").put("model", model);
        at.ifPresent(time -> node.put("at", time.getEpochSecond()));
        yield bytes(node);
      }
      case AnswerEvent.Queued() -> bytes(node("queued"));
      case AnswerEvent.Started() -> bytes(node("started"));
      case AnswerEvent.ItemAdded(var item) -> bytes(with(node("item.added"), item));
      case AnswerEvent.PartAdded(var kind) -> bytes(node("part.added").put("kind", word(kind)));
      case AnswerEvent.PieceDone(var kind) -> bytes(node(word(kind) + ".done"));
      case AnswerEvent.PartDone() -> bytes(node("part.done"));
      case AnswerEvent.ArgumentsDone(var item) -> bytes(node("arguments.done").put("item", item));
      case AnswerEvent.Address(var item, var text) ->
          bytes(node("url").put("item", item).put("text", text));
      case AnswerEvent.Annotation(var json) -> {
        ObjectNode node = node("annotation");
        node.set("annotation", JSON.readTree(json));
        yield bytes(node);
      }
      case AnswerEvent.Keep(var item, var json) -> {
        ObjectNode node = node("keep").put("item", item);
        node.set("keep", JSON.readTree(json));
        yield bytes(node);
      }
      case AnswerEvent.LeftOut(var what, var why) ->
          bytes(node("left_out").put("what", what).put("why", why));
      case AnswerEvent.ItemDone(var item) -> {
        ObjectNode node = node("item.done");
        item.ifPresent(number -> node.put("item", number));
        yield bytes(node);
      }
      case AnswerEvent.Waiting(var reason, var retryAt) -> {
        ObjectNode node = node("waiting").put("reason", reason);
        retryAt.ifPresent(time -> node.put("retryAt", time.toString()));
        yield bytes(node);
      }
      case AnswerEvent.Reset() -> bytes(node("reset"));
      case AnswerEvent.Unknown(var type) -> bytes(node(type));
      case AnswerEvent.Completed(var usage) -> bytes(with(node("completed"), usage));
      case AnswerEvent.Incomplete(var reason, var usage) ->
          bytes(with(node("incomplete").put("reason", reason), usage));
      case AnswerEvent.Failed(var code, var message) -> {
        ObjectNode node = node("failed");
        node.set("error", error(code, message));
        yield bytes(node);
      }
      case AnswerEvent.Cancelled() -> bytes(node("cancelled"));
    };
  }

  static AnswerEvent event(byte[] json) {
    JsonNode node = JSON.readTree(json);
    String type = node.path("type").asString("");
    return switch (type) {
      case "created" ->
          new AnswerEvent.Created(node.path("model").asString(""), second(node.path("at")));
      case "queued" -> new AnswerEvent.Queued();
      case "started" -> new AnswerEvent.Started();
      case "item.added" -> new AnswerEvent.ItemAdded(item(node));
      case "part.added" -> new AnswerEvent.PartAdded(kind(node.path("kind").asString("text")));
      case "text", "refusal", "reasoning" ->
          new AnswerEvent.Piece(kind(type), node.path("text").asString(""));
      case "text.done", "refusal.done", "reasoning.done" ->
          new AnswerEvent.PieceDone(kind(type.substring(0, type.length() - ".done".length())));
      case "part.done" -> new AnswerEvent.PartDone();
      case "arguments" ->
          new AnswerEvent.Arguments(node.path("item").asInt(0), node.path("text").asString(""));
      case "arguments.done" -> new AnswerEvent.ArgumentsDone(node.path("item").asInt(0));
      case "url" ->
          new AnswerEvent.Address(node.path("item").asInt(0), node.path("text").asString(""));
      case "annotation" -> new AnswerEvent.Annotation(node.path("annotation").toString());
      case "keep" -> new AnswerEvent.Keep(node.path("item").asInt(0), node.path("keep").toString());
      case "left_out" ->
          new AnswerEvent.LeftOut(node.path("what").asString(""), node.path("why").asString(""));
      case "item.done" -> new AnswerEvent.ItemDone(number(node.path("item")));
      case "waiting" ->
          new AnswerEvent.Waiting(node.path("reason").asString(""), instant(node.path("retryAt")));
      case "reset" -> new AnswerEvent.Reset();
      case "completed" -> new AnswerEvent.Completed(usage(node));
      case "incomplete" ->
          new AnswerEvent.Incomplete(node.path("reason").asString(""), usage(node));
      case "failed" ->
          new AnswerEvent.Failed(
              node.path("error").path("code").asString(""),
              node.path("error").path("message").asString(""));
      case "cancelled" -> new AnswerEvent.Cancelled();
      default -> new AnswerEvent.Unknown(type);
    };
  }

  /** The JSON of a stream's {@code usage}. */
  static String usage(Usage usage) {
    return JSON.writeValueAsString(tokens(usage));
  }

  /** The JSON of a stream's {@code error}. */
  static String failure(String code, String message) {
    return JSON.writeValueAsString(error(code, message));
  }

  /** Written by hand, since an answer has thousands of pieces. */
  private static byte[] piece(String type, String text) {
    byte[] quoted = JsonStringEncoder.getInstance().quoteAsUTF8(text);
    byte[] head = ("{\"type\":\"" + type + "\",\"text\":\"").getBytes(StandardCharsets.US_ASCII);
    ByteArrayOutputStream out = new ByteArrayOutputStream(head.length + quoted.length + END.length);
    out.writeBytes(head);
    out.writeBytes(quoted);
    out.writeBytes(END);
    return out.toByteArray();
  }

  private static ObjectNode with(ObjectNode event, Item item) {
    return switch (item) {
      case Item.MessageItem() -> event.put("kind", "message");
      case Item.ReasoningItem() -> event.put("kind", "reasoning");
      case Item.CallItem(var call, var name) ->
          event.put("kind", "call").put("call", call).put("name", name);
      case Item.MediaItem(var kind) -> event.put("kind", word(kind));
    };
  }

  private static Item item(JsonNode node) {
    return switch (node.path("kind").asString("message")) {
      case "reasoning" -> new Item.ReasoningItem();
      case "call" ->
          new Item.CallItem(node.path("call").asString(""), node.path("name").asString(""));
      case "image" -> new Item.MediaItem(ModelEvent.Media.Kind.IMAGE);
      case "audio" -> new Item.MediaItem(ModelEvent.Media.Kind.AUDIO);
      default -> new Item.MessageItem();
    };
  }

  private static String word(Kind kind) {
    return switch (kind) {
      case TEXT -> "text";
      case REFUSAL -> "refusal";
      case REASONING -> "reasoning";
    };
  }

  private static String word(ModelEvent.Media.Kind kind) {
    return switch (kind) {
      case IMAGE -> "image";
      case AUDIO -> "audio";
    };
  }

  private static Kind kind(String word) {
    return switch (word) {
      case "refusal" -> Kind.REFUSAL;
      case "reasoning" -> Kind.REASONING;
      default -> Kind.TEXT;
    };
  }

  private static ObjectNode with(ObjectNode event, Optional<Usage> usage) {
    usage.ifPresent(it -> event.set("usage", tokens(it)));
    return event;
  }

  private static ObjectNode tokens(Usage usage) {
    ObjectNode tokens =
        JSON.createObjectNode()
            .put("inputTokens", usage.inputTokens())
            .put("outputTokens", usage.outputTokens());
    if (usage.cachedTokens() > 0) {
      tokens.put("cachedTokens", usage.cachedTokens());
    }
    if (usage.reasoningTokens() > 0) {
      tokens.put("reasoningTokens", usage.reasoningTokens());
    }
    return tokens;
  }

  private static Optional<Usage> usage(JsonNode event) {
    JsonNode tokens = event.path("usage");
    return tokens.isObject()
        ? Optional.of(
            new Usage(
                tokens.path("inputTokens").asLong(0),
                tokens.path("outputTokens").asLong(0),
                tokens.path("cachedTokens").asLong(0),
                tokens.path("reasoningTokens").asLong(0)))
        : Optional.empty();
  }

  private static ObjectNode error(String code, String message) {
    return JSON.createObjectNode().put("code", code).put("message", message);
  }

  private static OptionalInt number(JsonNode node) {
    return node.isInt() ? OptionalInt.of(node.intValue()) : OptionalInt.empty();
  }

  private static Optional<Instant> second(JsonNode node) {
    return node.isIntegralNumber()
        ? Optional.of(Instant.ofEpochSecond(node.longValue()))
        : Optional.empty();
  }

  private static Optional<Instant> instant(JsonNode node) {
    return node.isString() ? Optional.of(Instant.parse(node.stringValue())) : Optional.empty();
  }

  private static ObjectNode node(String type) {
    return JSON.createObjectNode().put("type", type);
  }

  private static byte[] bytes(ObjectNode event) {
    return JSON.writeValueAsBytes(event);
  }
}
