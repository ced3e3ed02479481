package dev.everbrook.server.api.aisdk;

import dev.everbrook.engine.Engine;
import dev.everbrook.engine.answer.AnswerEvent;
import dev.everbrook.engine.answer.Question;
import dev.everbrook.engine.stream.Page;
import dev.everbrook.engine.stream.StreamLog;
import dev.everbrook.engine.stream.StreamState;
import dev.everbrook.server.chat.AnswerHeaders;
import dev.everbrook.server.chat.ReaderAdmission;
import dev.everbrook.server.http.HttpFailure;
import dev.everbrook.server.http.Reply;
import dev.everbrook.server.http.Request;
import dev.everbrook.server.http.Routes;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * {@code POST /api/chat} asks, {@code GET /api/chat/{id}/stream} resumes an answer that is being
 * written, {@code POST /api/chat/{id}/stop} stops it. Safe for use by many threads.
 */
public final class AiSdkApi {

  private static final int BODY_BYTES_MAX = 20 << 20;
  private static final Map<String, String> HEADERS =
      Map.of("x-vercel-ai-ui-message-stream", "v1", "cache-control", "no-cache, no-transform");

  /** The first major version that understands {@code reset-step}. */
  private static final int RESET_SINCE = 7;

  private final Engine engine;
  private final UiChats chats;
  private final String model;

  /**
   * @param model the default model, for pages that name none
   */
  public AiSdkApi(Engine engine, String model) {
    this.engine = engine;
    this.chats = new UiChats(engine);
    this.model = model;
  }

  public void on(Routes routes) {
    routes
        .area("/api/chat", BODY_BYTES_MAX, Reply::failure)
        .post("/api/chat", this::ask)
        .get("/api/chat/:chat/stream", this::resume)
        .post("/api/chat/:chat/stop", this::stop);
  }

  private Reply ask(Request request) {
    UiChatRequest body = UiChatRequest.of(request);
    Question question =
        AnswerHeaders.of(request)
            .on(
                new Question(request.principal(), body.model().orElse(model), body.messages())
                    .with(body.parameters()));
    ReaderAdmission.refuse(request);
    return follow(request, chats.ask(body.chat(), body.continued(), question), 0, 0);
  }

  private Reply resume(Request request) {
    Optional<UiChats.At> latest =
        chats.latest(request.principal(), chat(request)).filter(UiChats.At::open);
    if (latest.isEmpty()) {
      return Reply.empty(204);
    }
    UiChats.At stream = latest.get();
    Past past = Past.of(engine.log(), stream.stream().id());
    boolean full = request.parameter("full").orElse("").equals("1");
    return follow(request, stream, past.validFrom(), full ? 0 : past.next());
  }

  private Reply follow(Request request, UiChats.At at, long validFrom, long mergedUpTo) {
    String id = at.stream().publicId().toString();
    UiMessageDialect.View view =
        new UiMessageDialect.View(at.message(), id, validFrom, mergedUpTo, knowsReset(request));
    Map<String, String> headers = new HashMap<>(HEADERS);
    headers.put("everbrook-stream", id);
    return new Reply.Follow(
        engine.tails().follow(at.stream(), 0), new UiMessageDialect(view), new byte[0], headers);
  }

  /** The progress of an answer when a reader resumes it. */
  private record Past(long validFrom, long next) {

    static Past of(StreamLog log, long stream) {
      long validFrom = 0;
      long next = 0;
      Page page;
      do {
        page = log.read(stream, next);
        for (byte[] event : page.entries().events()) {
          next++;
          if (AnswerEvent.of(event) instanceof AnswerEvent.Reset) {
            validFrom = next;
          }
        }
      } while (!page.entries().isEmpty() && !page.ended());
      return new Past(validFrom, next);
    }
  }

  /** Whether the page's version of the SDK, sent as {@code Everbrook-AI-SDK: 7}, knows resets. */
  private static boolean knowsReset(Request request) {
    String version = request.header("everbrook-ai-sdk").orElse("0").strip();
    if (!version.matches("[0-9]{1,4}")) {
      throw HttpFailure.badRequest("Everbrook-AI-SDK must be a major version such as 7.");
    }
    return Integer.parseInt(version) >= RESET_SINCE;
  }

  private static String chat(Request request) {
    return request.part("chat");
  }

  private Reply stop(Request request) throws InterruptedException {
    UiChats.At at =
        chats
            .latest(request.principal(), chat(request))
            .orElseThrow(() -> HttpFailure.notFound("There is no chat with this id."));
    StreamState state =
        engine
            .answers()
            .cancel(request.principal(), at.stream().publicId())
            .orElseThrow(() -> HttpFailure.notFound("The answer of this chat was removed."));
    return Reply.json(state == StreamState.OPEN ? 202 : 200, Map.of("state", state.column()));
  }
}
