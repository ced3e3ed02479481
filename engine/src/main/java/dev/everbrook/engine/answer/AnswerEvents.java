package dev.everbrook.engine.answer;

import dev.everbrook.model.Usage;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.io.JsonStringEncoder;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The events of an answer's stream, as the JSON that is stored.
 *
 * <p>They stand one to one for the events of the OpenAI Responses API, the envelope's included
 * (created, queued, in_progress, output_item.added, …), so that one number serves as sequence in
 * every dialect. What that API has no word for ({@code waiting}, {@code reset}) is ours.
 */
final class AnswerEvents {

  static final String CREATED = "created";
  static final String QUEUED = "queued";
  static final String STARTED = "started";
  static final String ITEM_ADDED = "item.added";
  static final String PART_ADDED = "part.added";
  static final String TEXT = "text";
  static final String REASONING = "reasoning";
  static final String REFUSAL = "refusal";
  static final String WAITING = "waiting";
  static final String RESET = "reset";
  static final String TEXT_DONE = "text.done";
  static final String PART_DONE = "part.done";
  static final String ITEM_DONE = "item.done";
  static final String COMPLETED = "completed";
  static final String INCOMPLETE = "incomplete";
  static final String FAILED = "failed";
  static final String CANCELLED = "cancelled";

  /** One of these is the last event of every answer. */
  static final Set<String> ENDS = Set.of(COMPLETED, INCOMPLETE, FAILED, CANCELLED);

  private static final JsonMapper JSON = JsonMapper.shared();
  private static final byte[] END = {'"', '}'};

  private AnswerEvents() {}

  /** What a stream begins with, before any worker has seen its job. */
  static List<byte[]> opening(String model) {
    return List.of(bytes(node(CREATED).put("model", model)), plain(QUEUED));
  }

  /** An event that says no more than its type. */
  static byte[] plain(String type) {
    return bytes(node(type));
  }

  /** A piece of text: written by hand, since there are thousands of it. */
  static byte[] piece(String type, String text) {
    byte[] quoted = JsonStringEncoder.getInstance().quoteAsUTF8(text);
    byte[] head = ("{\"type\":\"" + type + "\",\"text\":\"").getBytes(StandardCharsets.US_ASCII);
    ByteArrayOutputStream out = new ByteArrayOutputStream(head.length + quoted.length + END.length);
    out.writeBytes(head);
    out.writeBytes(quoted);
    out.writeBytes(END);
    return out.toByteArray();
  }

  static byte[] waiting(String reason, Optional<Instant> retryAt) {
    ObjectNode event = node(WAITING).put("reason", reason);
    retryAt.ifPresent(time -> event.put("retryAt", time.toString()));
    return bytes(event);
  }

  /**
   * The end of the text, as every ending but a failure has it. It does not say the text again: that
   * stands in the stream's row, and in the events before.
   */
  static List<byte[]> textDone() {
    return List.of(plain(TEXT_DONE), plain(PART_DONE), plain(ITEM_DONE));
  }

  static byte[] completed(Optional<Usage> usage) {
    return bytes(with(node(COMPLETED), usage));
  }

  static byte[] incomplete(String reason, Optional<Usage> usage) {
    return bytes(with(node(INCOMPLETE).put("reason", reason), usage));
  }

  static byte[] failed(String code, String message) {
    ObjectNode event = node(FAILED);
    event.putObject("error").put("code", code).put("message", message);
    return bytes(event);
  }

  /** The JSON of a stream's {@code usage}. */
  static String usage(Usage usage) {
    return JSON.writeValueAsString(tokens(usage));
  }

  /** The JSON of a stream's {@code error}. */
  static String error(String code, String message) {
    return JSON.writeValueAsString(
        JSON.createObjectNode().put("code", code).put("message", message));
  }

  private static ObjectNode with(ObjectNode event, Optional<Usage> usage) {
    usage.ifPresent(it -> event.set("usage", tokens(it)));
    return event;
  }

  private static ObjectNode tokens(Usage usage) {
    return JSON.createObjectNode()
        .put("inputTokens", usage.inputTokens())
        .put("outputTokens", usage.outputTokens());
  }

  private static ObjectNode node(String type) {
    return JSON.createObjectNode().put("type", type);
  }

  private static byte[] bytes(ObjectNode event) {
    return JSON.writeValueAsBytes(event);
  }
}
