package dev.everbrook.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What the events of one call come to. In what is sent, {@code '} stands for a quotation mark. */
record Heard(List<ModelEvent> events) {

  /** Of a stream with these events. */
  static Heard of(String... data) throws Exception {
    return from(RawServer.events(json(data)));
  }

  /** Of chunks with these deltas, an end and {@code [DONE]}. */
  static Heard ofDeltas(String... deltas) throws Exception {
    List<String> chunks = new ArrayList<>();
    for (String delta : deltas) {
      chunks.add("{'choices':[{'index':0,'delta':" + delta + "}]}");
    }
    chunks.add(json(Asking.finish("stop"))[0]);
    chunks.add("[DONE]");
    return of(chunks.toArray(String[]::new));
  }

  /** Of a body under a 200. */
  static Heard ofBody(String body) throws Exception {
    return from(RawServer.response("200 OK", "application/json", json(body)[0]));
  }

  static Heard from(RawServer.Script script) throws Exception {
    return new Heard(Asking.eventsOf(script));
  }

  static String[] json(String... texts) {
    return List.of(texts).stream().map(it -> it.replace('\'', '"')).toArray(String[]::new);
  }

  String text() {
    return events.stream()
        .map(event -> event instanceof ModelEvent.Text(var piece) ? piece : "")
        .collect(Collectors.joining());
  }

  String thinking() {
    return events.stream()
        .map(event -> event instanceof ModelEvent.Thinking(var piece) ? piece : "")
        .collect(Collectors.joining());
  }

  String refusal() {
    return events.stream()
        .map(event -> event instanceof ModelEvent.Refusal(var piece) ? piece : "")
        .collect(Collectors.joining());
  }

  /** Each call as its id, name and arguments. */
  List<String> calls() {
    List<String> calls = new ArrayList<>();
    for (ModelEvent event : events) {
      if (event instanceof ModelEvent.ToolCall(int slot, var id, var name, var arguments)) {
        if (slot == calls.size()) {
          calls.add(id.orElse("-") + " " + name.orElseThrow() + " ");
        }
        calls.set(slot, calls.get(slot) + arguments.replace('"', '\''));
      }
    }
    return calls;
  }

  /** Each call as its name and arguments. */
  List<String> namedCalls() {
    return calls().stream().map(call -> call.substring(call.indexOf(' ') + 1)).toList();
  }

  /** The finish reason, or the kind of failure. */
  String end() {
    return switch (events.getLast()) {
      case ModelEvent.Finished(var reason, _) ->
          reason instanceof FinishReason.Other(var raw) ? raw : reason.getClass().getSimpleName();
      case ModelEvent.Failed(var failure, _) -> failure.getClass().getSimpleName();
      default -> throw new AssertionError("no closing event: " + events);
    };
  }

  Failure failure() {
    return OpenAiModelTest.failure(events);
  }

  Optional<Usage> usage() {
    return switch (events.getLast()) {
      case ModelEvent.Finished(_, var usage) -> usage;
      case ModelEvent.Failed(_, var usage) -> usage;
      default -> Optional.empty();
    };
  }

  int skipped() {
    return events.stream()
        .mapToInt(event -> event instanceof ModelEvent.Skipped(var lines) ? lines : 0)
        .sum();
  }
}
