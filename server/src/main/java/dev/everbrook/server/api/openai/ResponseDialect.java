package dev.everbrook.server.api.openai;

import dev.everbrook.engine.answer.AnswerEvent;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * An answer as the events of the Responses API, whose {@code sequence_number} is the number in the
 * log. One event of the log is one event of that API. {@code waiting} is not sent, since the API's
 * clients refuse unknown types. For one reader.
 */
final class ResponseDialect implements AnswerDialect {

  private final ResponseObject response;
  private final ReplayFilter window;
  private final AnswerOutput output = new AnswerOutput();
  private boolean over;

  ResponseDialect(ResponseObject response, ReplayFilter window) {
    this.response = response;
    this.window = window;
  }

  @Override
  public void take(long seq, AnswerEvent event, SseFrames out) {
    switch (window.at(seq, event)) {
      case SHOW -> {
        output.add(seq, event);
        shown(event).ifPresent(it -> send(seq, it, out));
      }
      case SEEN -> output.add(seq, event);
      case SKIP -> {
        // Voided before this reader came.
      }
      case BROKEN -> {
        send(seq, whole("response.failed", response.restarted(output)), out);
        over = true;
      }
    }
  }

  private static void send(long seq, ObjectNode event, SseFrames out) {
    event.put("sequence_number", seq);
    out.named(seq, Json.text(event, "type"), event);
  }

  private Optional<ObjectNode> shown(AnswerEvent event) {
    return switch (event) {
      case AnswerEvent.Created _ -> Optional.of(begun("response.created"));
      case AnswerEvent.Queued() -> Optional.of(begun("response.queued"));
      case AnswerEvent.Started() -> Optional.of(begun("response.in_progress"));
      case AnswerEvent.ItemAdded _ ->
          output
              .last()
              .filter(ResponseObject::shows)
              .map(it -> item("response.output_item.added", it));
      case AnswerEvent.ItemDone(var number) ->
          (number.isPresent() ? output.item(number.getAsInt()) : output.last())
              .filter(ResponseObject::shows)
              .map(it -> item("response.output_item.done", it));
      case AnswerEvent.PartAdded _, AnswerEvent.PartDone _ -> part(event);
      case AnswerEvent.Piece(_, var text) ->
          inPart(event, "delta").map(it -> it.put("delta", text));
      case AnswerEvent.PieceDone _ -> pieceDone(event);
      case AnswerEvent.Arguments(var item, var text) ->
          output
              .item(item)
              .map(it -> about("response.function_call_arguments.delta", it).put("delta", text));
      case AnswerEvent.ArgumentsDone(var item) -> output.item(item).map(this::argumentsDone);
      case AnswerEvent.End end -> Optional.of(whole("response." + last(end), response.of(output)));
      case AnswerEvent.Annotation _ -> output.part(event).map(this::annotated);
      case AnswerEvent.Waiting _,
          AnswerEvent.Reset _,
          AnswerEvent.Address _,
          AnswerEvent.Keep _,
          AnswerEvent.LeftOut _,
          AnswerEvent.Unknown _ ->
          Optional.empty(); // shown with their item, or with the whole
    };
  }

  /**
   * The last event's word. The API has no event for a cancelled response: it is incomplete, and its
   * status gives the reason.
   */
  private static String last(AnswerEvent.End end) {
    return switch (end) {
      case AnswerEvent.Completed _ -> "completed";
      case AnswerEvent.Incomplete _, AnswerEvent.Cancelled _ -> "incomplete";
      case AnswerEvent.Failed _ -> "failed";
    };
  }

  private ObjectNode begun(String type) {
    return whole(type, response.begun(output));
  }

  private static ObjectNode whole(String type, ObjectNode response) {
    ObjectNode event = Json.typed(type);
    event.set("response", response);
    return event;
  }

  private ObjectNode item(String type, OutputItem item) {
    ObjectNode event = Json.typed(type).put("output_index", item.index());
    event.set("item", response.item(item, false));
    return event;
  }

  private ObjectNode about(String type, OutputItem item) {
    return Json.typed(type).put("item_id", response.id(item)).put("output_index", item.index());
  }

  private ObjectNode argumentsDone(OutputItem item) {
    ObjectNode done = about("response.function_call_arguments.done", item);
    if (item.kind() instanceof AnswerEvent.Item.CallItem(_, String name)) {
      done.put("name", name);
    }
    return done.put("arguments", item.arguments().toString());
  }

  private ObjectNode annotated(OutputItem.Part part) {
    int last = part.annotations().size() - 1;
    ObjectNode added =
        in(part, "response.output_text.annotation.added").put("annotation_index", last);
    added.set("annotation", part.annotations().get(last));
    return added;
  }

  private Optional<ObjectNode> part(AnswerEvent event) {
    String word = event instanceof AnswerEvent.PartAdded ? "added" : "done";
    return output
        .part(event)
        .map(part -> {
          ObjectNode shown = in(part, "response.content_part." + word);
          shown.set("part", ResponseObject.part(part));
          return shown;
        });
  }

  private Optional<ObjectNode> inPart(AnswerEvent event, String word) {
    return output
        .part(event)
        .map(part -> {
          ObjectNode shown = in(part, "response." + field(part.kind()) + "." + word);
          if (part.kind() == AnswerEvent.Kind.TEXT) {
            shown.putArray("logprobs");
          }
          return shown;
        });
  }

  private Optional<ObjectNode> pieceDone(AnswerEvent event) {
    return inPart(event, "done")
        .map(it -> {
          OutputItem.Part part = output.part(event).orElseThrow();
          String field = part.kind() == AnswerEvent.Kind.REFUSAL ? "refusal" : "text";
          return it.put(field, part.text().toString());
        });
  }

  private ObjectNode in(OutputItem.Part part, String type) {
    return about(type, output.last().orElseThrow()).put("content_index", part.index());
  }

  private static String field(AnswerEvent.Kind kind) {
    return switch (kind) {
      case TEXT -> "output_text";
      case REFUSAL -> "refusal";
      case REASONING -> "reasoning_text";
    };
  }

  @Override
  public boolean isOver() {
    return over;
  }
}
