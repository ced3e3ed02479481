package dev.everbrook.server.api.openai;

import dev.everbrook.server.api.openai.IdempotentAnswers.Accepted;
import dev.everbrook.server.http.Reply;
import dev.everbrook.server.http.Request;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The errors of answers that fail. What it should do decides: 400 means that the request must
 * change, 429 that it came too often, anything from 500 on that neither is its fault. The
 * provider's refusal of this server's key is such a fault of ours, never the client's 401.
 */
final class AnswerFailure {

  /** What only people can mend. */
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
      default -> server(502, code, message); // the provider broke off, or spoke nonsense
    };
  }

  /** Somebody stopped it: it is not whole, and asking again is for people to decide. */
  static OpenAiError cancelled() {
    return new OpenAiError(
        409, OpenAiError.INVALID, "cancelled", null, "The answer was cancelled.");
  }

  /** For a reader that was shown text which is void now. */
  static OpenAiError restarted() {
    return server(
        502,
        "answer_restarted",
        "The answer begins anew and what was sent of it is void; ask for it again with the same"
            + " Idempotency-Key or id.");
  }

  /**
   * The failure as the whole answer to a request. The clients repeat a request on their own when
   * its status is 409, 429 or from 500 on; they are told not to where that cannot help: a failure
   * that only people can mend, and a repetition that its key makes the same answer.
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
   * For a client that asked, and cannot wait here for the end because this server stops or cannot
   * read it. The clients repeat a request on their own when its status is 503: with a key that
   * finds the same answer, without one it would be a second one, so they are told not to.
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
