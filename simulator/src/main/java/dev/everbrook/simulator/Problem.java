package dev.everbrook.simulator;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;

/** A response instead of an answer. */
record Problem(int status, String type, Map<String, String> headers, String body) {

  private static final String JSON = "application/json";

  static Problem of(int status, String message) {
    return error(status, message, status >= 500 ? "server_error" : "invalid_request_error", "");
  }

  static Problem unknownModel(String model) {
    String models =
        Arrays.stream(Profile.values()).map(Profile::model).collect(Collectors.joining(", "));
    String faults =
        Arrays.stream(Fault.Kind.values())
            .map(kind -> "!" + kind.suffix())
            .collect(Collectors.joining(" "));
    return error(
        404,
        "no model '" + model + "'; there are " + models + ", each with any of " + faults,
        "invalid_request_error",
        "model_not_found");
  }

  /** The first of these faults that replaces the whole response, if one does. */
  static Optional<Problem> among(Faults faults) {
    return faults.active().stream().map(Problem::of).flatMap(Optional::stream).findFirst();
  }

  boolean send(Client client) throws IOException {
    client.respond(status, type, headers, body.getBytes(StandardCharsets.UTF_8));
    return true;
  }

  private static Optional<Problem> of(Fault fault) {
    return switch (fault.kind()) {
      case STATUS_429 -> Optional.of(tooMany(fault.atOr(1)));
      case STATUS_500 -> Optional.of(of(500, "simulated internal error"));
      case STATUS_503 -> Optional.of(of(503, "simulated model is still loading"));
      case STATUS_401 ->
          Optional.of(
              error(
                  401, "simulated refusal of the key", "invalid_request_error", "invalid_api_key"));
      case HTML_502 ->
          Optional.of(
              new Problem(
                  502,
                  "text/html",
                  Map.of(),
                  "<html><head><title>502 Bad Gateway</title></head><body>simulated</body></html>"));
      case ERROR_UNDER_200 ->
          Optional.of(
              new Problem(200, JSON, Map.of(), of(500, "simulated error under 200").body()));
      case DROP,
          EOF,
          STALL,
          ERROR_MIDWAY,
          BAD_JSON,
          SLOW,
          NO_FINISH,
          NO_DONE,
          SPLIT,
          CRLF,
          BOM,
          COMMENT,
          GLUE,
          USAGE_TWICE,
          EMPTY,
          REFUSE,
          LENGTH,
          THINK,
          TOOLS ->
          Optional.empty();
    };
  }

  private static Problem tooMany(int seconds) {
    Problem problem = error(429, "simulated rate limit reached", "requests", "rate_limit_exceeded");
    return new Problem(429, JSON, Map.of("Retry-After", Integer.toString(seconds)), problem.body());
  }

  private static Problem error(int status, String message, String type, String code) {
    var error = Map.of("message", message, "type", type, "code", code);
    return new Problem(
        status, JSON, Map.of(), JsonMapper.shared().writeValueAsString(Map.of("error", error)));
  }
}
