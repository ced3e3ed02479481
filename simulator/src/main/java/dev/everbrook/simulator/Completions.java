package dev.everbrook.simulator;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Answers {@code POST /v1/chat/completions}. Safe for many threads. */
final class Completions {

  private static final String JSON = "application/json";

  private final SimulatorSettings settings;
  private final Journal journal;

  Completions(SimulatorSettings settings, Journal journal) {
    this.settings = settings;
    this.journal = journal;
  }

  /** Returns whether the connection can serve another request. */
  boolean serve(HttpRequest request, Client client) throws IOException, InterruptedException {
    Ask ask;
    try {
      ask = Ask.of(JsonMapper.shared().readTree(request.body()));
    } catch (JacksonException notJson) {
      return Problem.of(400, "the body is not JSON: " + notJson.getOriginalMessage()).send(client);
    }
    if (ask.messages().isEmpty()) {
      return Problem.of(400, "messages must hold at least one message").send(client);
    }
    Optional<ModelName> model = ModelName.of(ask.model());
    return model.isPresent()
        ? serve(ask, model.get(), client)
        : Problem.unknownModel(ask.model()).send(client);
  }

  private boolean serve(Ask ask, ModelName model, Client client)
      throws IOException, InterruptedException {
    Script script = Script.of(settings.seed(), model.profile(), ask);
    Call call = journal.open(ask.model(), script.question());
    client.serve(call);
    Faults faults = model.at(call.attempt());
    Optional<Problem> problem = Problem.among(faults);
    if (problem.isPresent()) {
      return problem.get().send(client);
    }
    script = script.under(faults, ask);
    var chance = Draw.from(settings.seed(), call.model() + "#" + call.attempt(), script.question());
    var pace = new Pace(model.profile(), settings.speed(), chance);
    if (ask.stream()) {
      var plan = new StreamedAnswer.Plan(call, model.profile(), pace, ask.usage());
      return new StreamedAnswer(script, faults, plan, client).say();
    }
    return whole(script, faults, call, pace, client);
  }

  /**
   * Not streamed: the same answer after the same time; of the faults only the coarse ones apply.
   */
  private static boolean whole(Script script, Faults faults, Call call, Pace pace, Client client)
      throws IOException, InterruptedException {
    int tokens = script.said().tokens();
    if (faults.has(Fault.Kind.STALL)) {
      client.waitUntilGone();
      return false;
    }
    if (!client.pause(pace.first(0)) || !client.pause(pace.next(tokens))) {
      return false;
    }
    if (faults.has(Fault.Kind.DROP) || faults.has(Fault.Kind.EOF)) {
      client.reset();
      return false;
    }
    String body = new Chunks(call, script).whole();
    client.respond(200, JSON, Map.of(), body.getBytes(StandardCharsets.UTF_8));
    return true;
  }
}
