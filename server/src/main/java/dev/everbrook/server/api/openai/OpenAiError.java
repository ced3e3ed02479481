package dev.everbrook.server.api.openai;

import dev.everbrook.server.http.HttpFailure;
import dev.everbrook.server.http.Reply;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * An error in OpenAI's form.
 *
 * @param type the kind, as OpenAI names it
 * @param code the code for programs
 * @param param the field of the request that caused it
 */
record OpenAiError(
    int status, String type, @Nullable String code, @Nullable String param, String message) {

  static final String INVALID = "invalid_request_error";
  static final String SERVER = "server_error";

  static OpenAiError invalid(@Nullable String param, String message) {
    return new OpenAiError(400, INVALID, null, param, message);
  }

  /** Refuses a field of the request if it is {@code wrong}. */
  static void refuse(String param, boolean wrong, String why) {
    if (wrong) {
      throw invalid(param, why).refused();
    }
  }

  /** Converts a failure to this dialect's form. */
  static OpenAiError of(HttpFailure failure) {
    String type = failure.status() < 500 ? INVALID : SERVER;
    String param = failure.field().isEmpty() ? null : failure.field();
    return new OpenAiError(failure.status(), type, null, param, failure.text());
  }

  /** The reply for errors of the edge and for failures from outside this dialect. */
  static Reply form(int status, String message) {
    String type = status < 500 ? INVALID : SERVER;
    return new OpenAiError(status, type, null, null, message).reply(Map.of());
  }

  /** The value of {@code "error"}. */
  ObjectNode json() {
    return JsonMapper.shared()
        .createObjectNode()
        .put("message", message)
        .put("type", type)
        .put("param", param)
        .put("code", code);
  }

  /** The error as the reply to a request. */
  Reply reply(Map<String, String> headers) {
    ObjectNode body = JsonMapper.shared().createObjectNode();
    body.set("error", json());
    return Json.reply(status, body, new HashMap<>(headers));
  }

  /** The error as an exception. */
  Refused refused() {
    return new Refused(this);
  }

  /** An expected end of a request. */
  static final class Refused extends RuntimeException {
    private final transient OpenAiError error;

    private Refused(OpenAiError error) {
      super(error.message(), null, false, false);
      this.error = error;
    }

    OpenAiError error() {
      return error;
    }
  }
}
