package dev.everbrook.server.api.aisdk;

import dev.everbrook.engine.answer.Thoughts;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A tool call of a page's message in the form of chat completions, and its result. Every call gets
 * a result, since providers refuse a call without one. If the tool gave none, the result describes
 * the state of the call instead.
 */
record UiCall(JsonNode part) {

  private static final JsonMapper JSON = JsonMapper.shared();
  private static final String STATIC = "tool-";
  private static final String DYNAMIC = "dynamic-tool";

  /** Whether parts of this type are tool calls. */
  static boolean is(String type) {
    return type.startsWith(STATIC) || type.equals(DYNAMIC);
  }

  ObjectNode json() {
    ObjectNode call = JSON.createObjectNode().put("id", id()).put("type", "function");
    call.putObject("function").put("name", name()).put("arguments", arguments());
    Thoughts.giveBack(call, part.path("callProviderMetadata").path(UiExtras.OURS).path("keep"));
    return call;
  }

  ObjectNode result() {
    ObjectNode result = JSON.createObjectNode().put("role", "tool").put("tool_call_id", id());
    return result.put("content", content());
  }

  private String id() {
    return part.path("toolCallId").asString("");
  }

  private String name() {
    String type = part.path("type").asString("");
    return type.equals(DYNAMIC)
        ? part.path("toolName").asString("")
        : type.substring(STATIC.length());
  }

  private String content() {
    JsonNode approval = part.path("approval");
    return switch (part.path("state").asString("")) {
      case "output-error" -> text(part.path("errorText"));
      case "output-denied" -> denied(approval);
      case "approval-requested" -> "The tool was not run: the call has not been approved yet.";
      case "approval-responded" ->
          approval.path("approved").asBoolean(false)
              ? "The call was approved, but it has no result."
              : denied(approval);
      case "input-streaming" ->
          "The call was cut off before its arguments were complete; the tool was not run.";
      default -> part.has("output") ? text(part.path("output")) : "This call has no result.";
    };
  }

  private static String denied(JsonNode approval) {
    String reason = approval.path("reason").asString("");
    return "The tool was not run: the user denied the call."
        + (reason.isBlank() ? "" : " The reason: " + reason);
  }

  private static String text(JsonNode output) {
    return output.isString() ? output.asString() : output.toString();
  }

  /**
   * The arguments of the call, always a JSON object, since strict providers accept no other value.
   * If the input did not fit its schema, the page keeps it as {@code rawInput}, which may be text.
   * If that text is not a JSON object either, the arguments are empty, and only the result
   * describes the error.
   */
  private String arguments() {
    return Stream.of("input", "rawInput")
        .map(part::path)
        .map(it -> it.isString() ? parsed(it.asString()) : it)
        .filter(JsonNode::isObject)
        .findFirst()
        .orElseGet(JSON::createObjectNode)
        .toString();
  }

  private static JsonNode parsed(String text) {
    try {
      return JSON.readTree(text);
    } catch (JacksonException _) {
      return JSON.missingNode();
    }
  }
}
