package dev.everbrook.server.api.openai;

import dev.everbrook.server.http.Reply;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The room's JSON: nodes, and replies made of them. */
final class Json {

  static final JsonMapper MAPPER = JsonMapper.shared();

  private Json() {}

  static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  static ArrayNode array() {
    return MAPPER.createArrayNode();
  }

  /** An object of this type, as OpenAI tags its unions. */
  static ObjectNode typed(String type) {
    return object().put("type", type);
  }

  static boolean isAbsent(JsonNode node) {
    return node.isMissingNode() || node.isNull();
  }

  /** The field's text, or the empty string if the field is not a string. */
  static String text(JsonNode node, String field) {
    JsonNode value = node.path(field);
    return value.isString() ? value.stringValue() : "";
  }

  static Reply reply(int status, JsonNode body, Map<String, String> headers) {
    return new Reply.Body(
        status, "application/json; charset=utf-8", MAPPER.writeValueAsBytes(body), headers);
  }
}
