package dev.everbrook.server.api.openai;

import dev.everbrook.server.api.openai.IdempotentAnswers.Accepted;
import dev.everbrook.server.http.Reply;
import dev.everbrook.server.http.Request;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The errors of failed answers. The status follows from the client's remedy: 400 means that the
 * request must change, 429 that requests came too often, and 500 or more that the client is not the
 * cause. A provider's refusal of this server's key is a 500, never a 401 to the client.
 */
final class AnswerFailure {

  /** Codes that only a person can resolve. */
  private static final Set<String> FINAL = Set.of("cancelled", "insufficient_quota", "key_refused");

  private AnswerFailure() {}

  static OpenAiError of(String code, String message) {
    return switch (code) {
      case "rate_limited" ->
          new OpenAiError(429, "rate_limit_error", "rate_limit_exceeded", null, message);
      case "quota_exhausted" ->
          new OpenAiError(429, "insufficient_quota", "insufficient_quota", null, message);
      case "context_too_long" ->
          new OpenAiError(400, OpenAiError.INVALID, "context_length_exceeded", "messages", message);
      case "rejected" -> new OpenAiError(400, OpenAiError.INVALID, code, null, message);
      case "model_not_found" -> new OpenAiError(404, OpenAiError.INVALID, code, "model", message);
      case "overloaded", "unknown_host", "unreachable", "untrusted", "connection_reset" ->
          server(503, code, message);
      case "stalled", "connect_timeout", "first_token_timeout", "deadline" ->
          server(504, code, message);
      case "gave_up", "key_refused" -> server(500, code, message);
      default -> server(502, code, message); // the provider broke off or violated its protocol
    };
  }

  /**
   * The error of a cancelled answer: the answer is not complete, and a user must decide about a
   * retry.
   */
  static OpenAiError cancelled() {
    return new OpenAiError(
        409, OpenAiError.INVALID, "cancelled", null, "The answer was cancelled.");
  }

  /** The error for a reader that has received text which is void now. */
  static OpenAiError restarted() {
    return server(
        502,
        "answer_restarted",
        "The answer begins anew and the text sent so far is void; request it again with the same"
            + " Idempotency-Key or id.");
  }

  /**
   * The failure as the reply to a request. The clients retry by themselves on status 409, 429, and
   * 500 or more. The header {@code x-should-retry} forbids that where a retry cannot help: for a
   * failure that only a person can resolve, and for a request with a key, whose retry would get the
   * same answer.
   */
  static Reply reply(OpenAiError error, Accepted answer, Request request) {
    Map<String, String> headers = new HashMap<>(answer.headers());
    boolean keyed = IdempotencyKeys.Key.text(request).isPresent();
    if (keyed || FINAL.contains(String.valueOf(error.code()))) {
      headers.put("x-should-retry", "false");
    }
    return error.reply(headers);
  }

  /**
   * The reply for a client whose question was accepted but that cannot wait here for the end,
   * because this server stops or cannot read the answer. The clients retry by themselves on status
   * 503. With a key, a retry finds the same answer; without one, it would start a second answer, so
   * the header {@code x-should-retry} forbids it.
   */
  static Reply unwaited(Accepted answer, Request request) {
    Map<String, String> headers = new HashMap<>(answer.headers());
    boolean keyed = IdempotencyKeys.Key.text(request).isPresent();
    headers.put("x-should-retry", Boolean.toString(keyed));
    String where =
        keyed
            ? "ask again with the same Idempotency-Key, or see GET /v1/streams/"
            : "it will be found at GET /v1/streams/";
    return server(
            503,
            "overloaded",
            "This server is stopping or cannot read the answer now; the answer is still being written: "
                + where
                + answer.stream().publicId())
        .reply(headers);
  }

  private static OpenAiError server(int status, String code, String message) {
    return new OpenAiError(status, OpenAiError.SERVER, code, null, message);
  }
}
