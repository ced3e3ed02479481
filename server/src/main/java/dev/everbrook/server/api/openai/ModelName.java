package dev.everbrook.server.api.openai;

import dev.everbrook.server.http.JsonBody;
import dev.everbrook.server.http.SentJson;

/** The model that a request names. */
final class ModelName {

  private static final int CHARS_MAX = 200;

  private ModelName() {}

  static String of(JsonBody body) {
    String model = body.text("model").orElse("");
    OpenAiError.refuse(
        "model",
        model.isBlank() || model.length() > CHARS_MAX || !SentJson.isStorable(model),
        "model must be the name of a model, of at most "
            + CHARS_MAX
            + " characters; see GET /v1/models.");
    return model;
  }
}
