package dev.everbrook.model;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What the tests of the client share: short limits, a request, and reading to the end. */
final class Asking {

  static final Limits PATIENT =
      new Limits(
          Duration.ofSeconds(5),
          Duration.ofSeconds(10),
          Duration.ofSeconds(10),
          Duration.ofSeconds(20),
          Duration.ofSeconds(1),
          64 << 10);
  static final ModelRequest HELLO = ModelRequest.of("m", List.of(Message.user("hello")));
  static final ApiKey KEY = ApiKey.of("sk-very-secret-key");

  private Asking() {}

  static OpenAiModel model(RawServer server) {
    return model(server, PATIENT);
  }

  static OpenAiModel model(RawServer server, Limits limits) {
    return new OpenAiModel(new Provider(server.base(), KEY, limits));
  }

  /** Every event a fresh model gets from this script. */
  static List<ModelEvent> eventsOf(RawServer.Script script) throws Exception {
    try (RawServer server = new RawServer(script);
        OpenAiModel model = model(server);
        ModelCall call = model.open(HELLO)) {
      return all(call);
    }
  }

  static List<ModelEvent> all(ModelCall call) {
    List<ModelEvent> events = new ArrayList<>();
    call.forEach(events::add);
    return events;
  }

  static String text(String text) {
    return "{\"id\":\"c1\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\""
        + text
        + "\"},\"finish_reason\":null}]}";
  }

  static String finish(String reason) {
    return "{\"id\":\"c1\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\""
        + reason
        + "\"}]}";
  }

  static String usage(int in, int out) {
    return "{\"choices\":[],\"usage\":{\"prompt_tokens\":"
        + in
        + ",\"completion_tokens\":"
        + out
        + "}}";
  }
}
