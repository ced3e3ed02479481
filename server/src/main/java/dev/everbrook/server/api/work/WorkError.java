package dev.everbrook.server.api.work;

import dev.everbrook.server.http.HttpFailure;
import dev.everbrook.server.http.Reply;
import java.util.Map;

/** The form of errors: a code for programs and a message for users. */
final class WorkError {

  private WorkError() {}

  static Reply reply(int status, String message) {
    return Reply.json(status, Map.of("code", code(status), "message", message));
  }

  /** The code for a status. */
  private static String code(int status) {
    return switch (status) {
      case 400 -> "invalid";
      case 401 -> "unauthorized";
      case 403 -> "forbidden";
      case 404 -> "not_found";
      case 409 -> "not_held";
      case 410 -> "unknown_worker";
      case 413 -> "too_large";
      case 503 -> "unavailable";
      default -> "error";
    };
  }

  static HttpFailure unknownWorker() {
    return new HttpFailure(
        410,
        "This worker is not registered, or was declared dead: register again and drop all jobs that it held.");
  }

  static HttpFailure notHeld() {
    return new HttpFailure(
        409, "This run no longer holds the job, and nothing was changed: drop the run.");
  }
}
