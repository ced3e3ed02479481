package dev.everbrook.simulator;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** Finds who answers a request. Safe for many threads. */
final class Routes {

  private static final JsonMapper JSON = JsonMapper.shared();

  private final Completions completions;
  private final Journal journal;

  Routes(SimulatorSettings settings, Journal journal) {
    this.completions = new Completions(settings, journal);
    this.journal = journal;
  }

  /** Answers one request; returns whether the connection can serve another. */
  boolean serve(HttpRequest request, Client client) throws IOException, InterruptedException {
    if (request.problem() != 0) {
      Problem.of(request.problem(), "the simulator cannot read this request").send(client);
      return false;
    }
    boolean open =
        switch (request.method() + " " + request.path()) {
          case "POST /v1/chat/completions" -> completions.serve(request, client);
          case "GET /v1/models" -> json(models(), client);
          case "GET /sim/journal" -> json(Map.of("calls", journal.calls()), client);
          default ->
              Problem.of(
                      404,
                      "no such address; there are GET /v1/models, POST /v1/chat/completions and "
                          + "GET /sim/journal")
                  .send(client);
        };
    return open && request.keepsAlive();
  }

  private static boolean json(Object body, Client client) throws IOException {
    client.respond(200, "application/json", Map.of(), JSON.writeValueAsBytes(body));
    return true;
  }

  private static Map<String, Object> models() {
    List<Map<String, Object>> models = new ArrayList<>();
    for (Profile profile : Profile.values()) {
      models.add(
          Map.of("id", profile.model(), "object", "model", "created", 0, "owned_by", "everbrook"));
    }
    return Map.of("object", "list", "data", models);
  }
}
