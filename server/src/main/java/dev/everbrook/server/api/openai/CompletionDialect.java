package dev.everbrook.server.api.openai;

import dev.everbrook.engine.answer.AnswerEvent;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** An answer as the chunks of a chat completion. Made for one reader. */
final class CompletionDialect implements AnswerDialect {

  private final UUID stream;
  private final boolean usage;
  private final ReplayFilter window;
  private final AnswerOutput output = new AnswerOutput();
  private @Nullable TextChunk texts;
  private boolean roleSent;
  private boolean over;

  /**
   * @param usage whether the reader requested a last chunk with the usage
   */
  CompletionDialect(UUID stream, boolean usage, ReplayFilter window) {
    this.stream = stream;
    this.usage = usage;
    this.window = window;
  }

  @Override
  public void take(long seq, AnswerEvent event, SseFrames out) {
    switch (window.at(seq, event)) {
      case SHOW -> {
        keep(seq, event);
        show(seq, event, out);
        forget(event);
      }
      case SEEN -> {
        keep(seq, event);
        roleSent |= deltaOf(event) != null;
        forget(event);
      }
      case SKIP -> {
        // Voided before this reader came.
      }
      case BROKEN -> fail(seq, AnswerFailure.restarted(), out);
    }
  }

  /** Adds an event to the output, except text and arguments, which no later chunk repeats. */
  private void keep(long seq, AnswerEvent event) {
    boolean passing = event instanceof AnswerEvent.Piece || event instanceof AnswerEvent.Arguments;
    if (!passing) {
      output.add(seq, event);
    }
  }

  /** Drops the URL of a sent picture, which is not sent again and may be some megabytes. */
  private void forget(AnswerEvent event) {
    if (event instanceof AnswerEvent.ItemDone(var item)) {
      output.item(item.orElse(-1)).ifPresent(it -> it.url().setLength(0));
    }
  }

  private void show(long seq, AnswerEvent event, SseFrames out) {
    if (event instanceof AnswerEvent.Piece(AnswerEvent.Kind kind, String text)
        && kind == AnswerEvent.Kind.TEXT
        && roleSent) {
      text(seq, text, out);
      return;
    }
    ObjectNode delta = deltaOf(event);
    if (delta != null) {
      out.data(seq, chunk(withRole(delta), null));
    } else if (event instanceof AnswerEvent.End end) {
      end(seq, end, out);
    }
  }

  private void text(long seq, String text, SseFrames out) {
    TextChunk known = texts;
    if (known == null) {
      known = TextChunk.of(chunk(Json.object().put("content", TextChunk.PLACE), null));
      texts = known;
    }
    out.text(seq, known.before(), text, known.after());
  }

  /** The delta of an event; null for most events. */
  private @Nullable ObjectNode deltaOf(AnswerEvent event) {
    return switch (event) {
      case AnswerEvent.Piece(var kind, var text) -> Json.object().put(field(kind), text);
      case AnswerEvent.ItemAdded(AnswerEvent.Item.CallItem(var call, var name)) -> {
        ObjectNode tool = Json.object().put("index", calls() - 1).put("id", call);
        tool.put("type", "function");
        tool.putObject("function").put("name", name).put("arguments", "");
        yield tools(tool);
      }
      case AnswerEvent.Arguments(var item, var text) when place(item) >= 0 -> {
        ObjectNode tool = Json.object().put("index", place(item));
        tool.putObject("function").put("arguments", text);
        yield tools(tool);
      }
      case AnswerEvent.Annotation(var body) -> {
        ObjectNode delta = Json.object();
        delta.putArray("annotations").add(CompletionExtras.nested(Json.MAPPER.readTree(body)));
        yield delta;
      }
      case AnswerEvent.Keep(var item, var body) -> kept(item, Json.MAPPER.readTree(body));
      case AnswerEvent.ItemDone(var number) -> media(number.orElse(-1));
      default -> null;
    };
  }

  private @Nullable ObjectNode kept(int item, JsonNode keep) {
    int place = place(item);
    ObjectNode to = Json.object();
    if (place >= 0) {
      to.put("index", place);
    }
    CompletionExtras.keep(to, keep);
    if (place >= 0) {
      return tools(to);
    }
    return to.isEmpty() ? null : to;
  }

  private @Nullable ObjectNode media(int item) {
    return output
        .item(item)
        .filter(it -> it.kind() instanceof AnswerEvent.Item.MediaItem)
        .map(it -> {
          ObjectNode delta = Json.object();
          CompletionExtras.media(delta, stream, output, it);
          return delta;
        })
        .orElse(null);
  }

  private static String field(AnswerEvent.Kind kind) {
    return switch (kind) {
      case TEXT -> "content";
      case REFUSAL -> "refusal";
      case REASONING -> "reasoning_content";
    };
  }

  private static ObjectNode tools(ObjectNode tool) {
    ObjectNode delta = Json.object();
    delta.putArray("tool_calls").add(tool);
    return delta;
  }

  private int calls() {
    return (int) output.items().stream().filter(CompletionDialect::isCall).count();
  }

  /** The index of a call among the calls; -1 for an item that is not a call. */
  private int place(int item) {
    if (output.item(item).filter(CompletionDialect::isCall).isEmpty()) {
      return -1;
    }
    return (int) output.items().subList(0, item).stream().filter(CompletionDialect::isCall).count();
  }

  private static boolean isCall(OutputItem item) {
    return item.kind() instanceof AnswerEvent.Item.CallItem;
  }

  private ObjectNode withRole(ObjectNode delta) {
    if (roleSent) {
      return delta;
    }
    roleSent = true;
    return Json.object().put("role", "assistant").setAll(delta);
  }

  private void end(long seq, AnswerEvent.End end, SseFrames out) {
    switch (end) {
      case AnswerEvent.Completed _, AnswerEvent.Incomplete _ -> finish(seq, out);
      case AnswerEvent.Failed(var code, var message) ->
          fail(seq, AnswerFailure.of(code, message), out);
      case AnswerEvent.Cancelled() -> fail(seq, AnswerFailure.cancelled(), out);
    }
  }

  private void finish(long seq, SseFrames out) {
    ObjectNode delta = roleSent ? Json.object() : withRole(Json.object().put("content", ""));
    ObjectNode last = chunk(delta, Completion.finishReason(output));
    Completion.leaveOut(last, output);
    if (!usage) {
      out.data(seq, last);
      return;
    }
    out.data(last);
    ObjectNode counted = envelope();
    counted.putArray("choices");
    counted.set("usage", Completion.usage(output));
    out.data(seq, counted);
  }

  private void fail(long seq, OpenAiError error, SseFrames out) {
    ObjectNode data = Json.object();
    data.set("error", error.json());
    out.data(seq, data);
    over = true;
  }

  private ObjectNode chunk(ObjectNode delta, @Nullable String finishReason) {
    ObjectNode chunk = envelope();
    ArrayNode choices = chunk.putArray("choices");
    ObjectNode choice = choices.addObject().put("index", 0);
    choice.set("delta", delta);
    choice.putNull("logprobs").put("finish_reason", finishReason);
    if (usage) {
      chunk.putNull("usage");
    }
    return chunk;
  }

  private ObjectNode envelope() {
    return Completion.envelope("chat.completion.chunk", stream, output);
  }

  @Override
  public byte[] farewell() {
    SseFrames out = new SseFrames();
    if (!over) {
      out.done();
    }
    return out.bytes();
  }

  @Override
  public boolean isOver() {
    return over;
  }
}
