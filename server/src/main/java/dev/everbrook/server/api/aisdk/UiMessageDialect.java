package dev.everbrook.server.api.aisdk;

import dev.everbrook.engine.answer.AnswerEvent;
import dev.everbrook.engine.answer.AnswerEvent.Item;
import dev.everbrook.engine.answer.AnswerEvent.Kind;
import dev.everbrook.engine.stream.Entries;
import dev.everbrook.model.Usage;
import dev.everbrook.server.http.Dialect;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * An answer as the AI SDK's UI message stream (protocol v1).
 *
 * <p>An answer is one message with one step. Each chunk has the number of its event as SSE {@code
 * id}, which clients ignore. A late reader can get the text so far in few chunks instead of many;
 * the resulting message is the same.
 *
 * <p>Text that a worker's crash voided is not shown to later readers. A reader that has seen it
 * gets a {@code reset-step} if its version knows that, and an error otherwise. For one reader; see
 * {@link Dialect} for the order of calls.
 */
final class UiMessageDialect implements Dialect {

  private static final JsonMapper JSON = JsonMapper.shared();
  static final String BEGUN_ANEW =
      "The answer broke off and begins again; resume the stream to read it.";

  private final View view;
  private final Map<Integer, Call> calls = new LinkedHashMap<>();
  private final UiExtras extras = new UiExtras();
  private final StringBuilder merged = new StringBuilder();
  private ByteArrayOutputStream out = new ByteArrayOutputStream();
  private Optional<Kind> open = Optional.empty();
  private int parts;
  private int items;
  private long seq;
  private boolean shown;
  private boolean ended;
  private boolean over;

  /**
   * The view of one reader.
   *
   * @param validFrom events before this number were voided before the reader came
   * @param mergedUpTo pieces before this number may be merged
   * @param knowsReset whether the client understands {@code reset-step}
   */
  record View(String message, String stream, long validFrom, long mergedUpTo, boolean knowsReset) {}

  private record Call(String id, String name, StringBuilder arguments) {}

  UiMessageDialect(View view) {
    this.view = view;
  }

  @Override
  public byte[] frames(Entries entries, boolean upToDate) {
    out = new ByteArrayOutputStream();
    seq = entries.first();
    for (byte[] event : entries.events()) {
      if (!over) {
        add(AnswerEvent.of(event));
      }
      seq++;
    }
    if (upToDate) {
      settle();
    }
    return out.toByteArray();
  }

  private void add(AnswerEvent event) {
    if (seq == view.mergedUpTo()) {
      settle();
    }
    boolean isVoid = seq < view.validFrom();
    switch (event) {
      case AnswerEvent.Created _ -> begin();
      case AnswerEvent.Waiting(var reason, var retryAt) -> {
        ObjectNode waiting = chunk("data-waiting").put("transient", true);
        ObjectNode data = waiting.putObject("data").put("reason", reason);
        retryAt.ifPresent(time -> data.put("retryAt", time.toString()));
        send(waiting);
      }
      case AnswerEvent.Reset() -> reset();
      case AnswerEvent.End end -> end(end);
      case AnswerEvent.Queued _,
          AnswerEvent.Started _,
          AnswerEvent.PartAdded _,
          AnswerEvent.PieceDone _,
          AnswerEvent.Unknown _ -> {
        // A part is opened by its first piece, and closed by its end.
      }
      case AnswerEvent.ItemAdded(var item) when !isVoid -> added(item);
      case AnswerEvent.Piece(var kind, var text) when !isVoid -> piece(kind, text);
      case AnswerEvent.Arguments(var item, var text) when !isVoid -> arguments(item, text);
      case AnswerEvent.ArgumentsDone(var item) when !isVoid -> argumentsDone(item);
      case AnswerEvent.PartDone() when !isVoid -> close();
      case AnswerEvent.ItemDone(var item) when !isVoid -> done(item.orElse(items - 1));
      case AnswerEvent.Address piece when !isVoid -> extras.add(piece);
      case AnswerEvent.Annotation annotation when !isVoid -> {
        settle();
        show(extras.annotation(annotation));
      }
      case AnswerEvent.Keep keep when !isVoid -> extras.keep(keep);
      case AnswerEvent.LeftOut left when !isVoid -> show(UiExtras.leftOut(left));
      case AnswerEvent.ItemAdded _,
          AnswerEvent.Piece _,
          AnswerEvent.Arguments _,
          AnswerEvent.ArgumentsDone _,
          AnswerEvent.PartDone _,
          AnswerEvent.ItemDone _,
          AnswerEvent.Address _,
          AnswerEvent.Annotation _,
          AnswerEvent.Keep _,
          AnswerEvent.LeftOut _ -> {
        // Voided before this reader came.
      }
    }
  }

  private void begin() {
    ObjectNode start = chunk("start").put("messageId", view.message());
    start.putObject("messageMetadata").put("stream", view.stream());
    send(start);
    send(chunk("start-step"));
  }

  private void added(Item item) {
    switch (item) {
      case Item.MessageItem _, Item.ReasoningItem _ -> close();
      case Item.CallItem(var id, var name) -> {
        close();
        calls.put(items, new Call(id, name, new StringBuilder()));
        shown = true;
        send(chunk("tool-input-start").put("toolCallId", id).put("toolName", name));
      }
      case Item.MediaItem it -> {
        close();
        extras.begin(items, it);
      }
    }
    items++;
  }

  private void done(int item) {
    extras.file(item).ifPresent(this::show);
    if (extras.keeps(item) && !calls.containsKey(item)) { // kept data of reasoning without text
      close();
      open = Optional.of(Kind.REASONING);
      show(chunk("reasoning-start").put("id", partId()));
      close();
    }
  }

  private void show(ObjectNode chunk) {
    shown = true;
    send(chunk);
  }

  private void piece(Kind kind, String text) {
    if (open.isEmpty() || !open.get().equals(kind)) {
      close();
      open = Optional.of(kind);
      shown = true;
      send(chunk(word(kind) + "-start").put("id", partId()));
    }
    merged.append(text);
    if (seq >= view.mergedUpTo()) {
      settle();
    }
  }

  /** Writes the pieces that were gathered for one chunk. */
  private void settle() {
    if (!merged.isEmpty() && open.isPresent()) {
      String text = merged.toString();
      merged.setLength(0);
      send(chunk(word(open.get()) + "-delta").put("id", partId()).put("delta", text));
    }
  }

  private void close() {
    settle();
    open.ifPresent(kind -> {
      ObjectNode end = chunk(word(kind) + "-end").put("id", partId());
      send(kind == Kind.REASONING ? extras.with(end, items - 1) : end);
      parts++;
    });
    open = Optional.empty();
  }

  private String partId() {
    return "part-" + parts;
  }

  /** The protocol's word for a kind; these clients treat a refusal as text. */
  private static String word(Kind kind) {
    return switch (kind) {
      case TEXT, REFUSAL -> "text";
      case REASONING -> "reasoning";
    };
  }

  private void arguments(int item, String text) {
    Call call = calls.get(item);
    if (call != null) {
      call.arguments().append(text);
      send(chunk("tool-input-delta").put("toolCallId", call.id()).put("inputTextDelta", text));
    }
  }

  private void argumentsDone(int item) {
    Call call = calls.get(item);
    if (call == null) {
      return;
    }
    String arguments = call.arguments().toString();
    ObjectNode kept = extras.with(chunk(""), item);
    try {
      JsonNode input = JSON.readTree(arguments.isBlank() ? "{}" : arguments);
      ObjectNode available = kept.setAll(call(call, "tool-input-available"));
      available.set("input", input);
      send(available);
    } catch (JacksonException _) {
      ObjectNode wrong = kept.setAll(call(call, "tool-input-error"));
      send(wrong.put("input", arguments).put("errorText", "The model's arguments are not JSON."));
    }
  }

  private static ObjectNode call(Call call, String type) {
    return chunk(type).put("toolCallId", call.id()).put("toolName", call.name());
  }

  private void reset() {
    merged.setLength(0);
    open = Optional.empty();
    calls.clear();
    extras.reset();
    items = 0;
    parts++;
    if (!shown || seq < view.validFrom()) {
      return;
    }
    shown = false;
    if (view.knowsReset()) {
      send(chunk("reset-step"));
    } else {
      send(chunk("error").put("errorText", BEGUN_ANEW));
      over = true;
    }
  }

  private void end(AnswerEvent.End end) {
    close();
    switch (end) {
      case AnswerEvent.Completed(var usage) ->
          finish(calls.isEmpty() ? "stop" : "tool-calls", usage, Optional.empty());
      case AnswerEvent.Incomplete cut -> {
        switch (cut.reason()) {
          case "length" -> finish("length", cut.usage(), Optional.empty());
          case "content_filter" -> finish("content-filter", cut.usage(), Optional.empty());
          default -> finish("other", cut.usage(), Optional.of(cut.reason()));
        }
      }
      case AnswerEvent.Failed(_, var message) -> send(chunk("error").put("errorText", message));
      case AnswerEvent.Cancelled() -> send(chunk("abort").put("reason", "The answer was stopped."));
    }
    ended = true;
  }

  /**
   * Ends the message. These clients know a closed list of reasons; {@code word} is the provider's
   * own.
   */
  private void finish(String reason, Optional<Usage> usage, Optional<String> word) {
    send(chunk("finish-step"));
    ObjectNode finish = chunk("finish").put("finishReason", reason);
    word.ifPresent(it -> finish.putObject("messageMetadata").put("finishReason", it));
    usage.ifPresent(it ->
        finish
            .withObjectProperty("messageMetadata")
            .putObject("usage")
            .put("inputTokens", it.inputTokens())
            .put("outputTokens", it.outputTokens())
            .put("totalTokens", it.inputTokens() + it.outputTokens()));
    send(finish);
  }

  private void send(ObjectNode chunk) {
    out.writeBytes(("id: " + seq + "\ndata: ").getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(JSON.writeValueAsBytes(chunk));
    out.writeBytes("\n\n".getBytes(StandardCharsets.US_ASCII));
  }

  private static ObjectNode chunk(String type) {
    return JSON.createObjectNode().put("type", type);
  }

  @Override
  public byte[] farewell() {
    return ended ? "data: [DONE]\n\n".getBytes(StandardCharsets.US_ASCII) : new byte[0];
  }

  @Override
  public boolean isOver() {
    return over;
  }

  /** True, since these clients take the end of the response for the end of the answer. */
  @Override
  public boolean mustBreakOff() {
    return true;
  }
}
