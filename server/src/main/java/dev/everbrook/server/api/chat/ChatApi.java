package dev.everbrook.server.api.chat;

import dev.everbrook.engine.live.Tail;
import dev.everbrook.engine.live.TailClosed;
import dev.everbrook.engine.live.Tails;
import dev.everbrook.engine.stream.Head;
import dev.everbrook.engine.stream.Page;
import dev.everbrook.engine.stream.StreamLog;
import dev.everbrook.engine.stream.StreamState;
import dev.everbrook.server.chat.AnswerHeaders;
import dev.everbrook.server.chat.ChatMessage;
import dev.everbrook.server.chat.Chats;
import dev.everbrook.server.chat.ReaderAdmission;
import dev.everbrook.server.http.AfterCommit;
import dev.everbrook.server.http.HttpFailure;
import dev.everbrook.server.http.Reply;
import dev.everbrook.server.http.Request;
import dev.everbrook.server.http.Routes;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Asks questions and reads chats. Safe for use by many threads. */
public final class ChatApi {

  private static final Duration LOOK = Duration.ofSeconds(1);
  private static final String NOTHING = "No completion generated";

  private final Chats chats;
  private final StreamLog log;
  private final Tails tails;

  public ChatApi(Chats chats, StreamLog log, Tails tails) {
    this.chats = chats;
    this.log = log;
    this.tails = tails;
  }

  public void on(Routes routes) {
    routes
        .post("/chat", this::ask)
        .get("/chat/:chat", this::history)
        .get("/chats", this::list)
        .post("/chat/:chat/messages/:message/retry", this::retry);
  }

  private Reply ask(Request request) throws InterruptedException {
    PromptRequest body = PromptRequest.of(request);
    if (body.stream()) {
      ReaderAdmission.refuse(request);
    }
    Chats.Sent sent = send(request, body);
    return body.stream() ? streamed(sent) : whole(sent, request);
  }

  private Chats.Sent send(Request request, PromptRequest body) {
    try {
      return chats
          .send(
              request.principal(),
              body.chat(),
              body.prompt(),
              key(request),
              AnswerHeaders.of(request))
          .orElseThrow(() -> HttpFailure.notFound("There is no chat with this chatId."));
    } catch (Chats.KeyReused _) {
      throw new HttpFailure(
          422, "This Idempotency-Key was sent before with another prompt or chat; use a new one.");
    } catch (Chats.Removed _) {
      throw HttpFailure.notFound("The answer to this Idempotency-Key was removed.");
    }
  }

  private static Optional<UUID> key(Request request) {
    Optional<String> key = request.header("idempotency-key");
    if (key.isPresent() && Request.uuid(key.get()).isEmpty()) {
      throw HttpFailure.badRequest("Idempotency-Key must be a UUID");
    }
    return key.flatMap(Request::uuid);
  }

  private Reply streamed(Chats.Sent sent) {
    Tail tail = tails.follow(sent.stream(), 0);
    return new Reply.Follow(tail, new ChatDialect(sent.chat()), new byte[0], names(sent));
  }

  private static Map<String, String> names(Chats.Sent sent) {
    return Map.of(
        "everbrook-stream", sent.stream().publicId().toString(),
        "everbrook-chat", sent.chat().toString(),
        "everbrook-message", sent.answer().toString());
  }

  /** Waits for the end of the answer; the answer is written even if the client leaves. */
  private Reply whole(Chats.Sent sent, Request request) throws InterruptedException {
    AfterCommit.accepted(
        named(Reply.failure(503, unwaited("cannot read the answer now", sent).text()), sent));
    Set<String> leftOut = new LinkedHashSet<>();
    try (Tail tail = tails.follow(sent.stream(), 0)) {
      boolean ended = false;
      while (!ended) {
        Page page = read(sent, () -> tail.next(LOOK));
        TextAlone.note(page.entries(), leftOut);
        ended = page.ended();
        if (!ended && request.isGone()) {
          throw unwaited("is stopping", sent);
        }
      }
    } catch (TailClosed _) {
      throw unwaited("is stopping", sent);
    }
    Head head = read(sent, () -> log.headOf(sent.stream().id()));
    Map<String, Object> body = new LinkedHashMap<>();
    int status =
        switch (head.state()) {
          case FAILED -> {
            JsonNode error = JsonMapper.shared().readTree(head.error().orElse("{}"));
            body.put("message", error.path("message").asString("The answer failed."));
            yield status(error.path("code").asString(""));
          }
          case OPEN, DONE, INCOMPLETE, CANCELLED -> {
            String text = head.body().orElse("");
            body.put("completion", text.isEmpty() ? NOTHING : text);
            if (head.state() != StreamState.DONE) {
              body.put("state", head.state().column()); // cut is not done
              head.error().ifPresent(error -> body.put("error", tree(error)));
            }
            yield 200;
          }
        };
    if (!leftOut.isEmpty()) {
      body.put("leftOut", leftOut);
    }
    body.put("chatId", sent.chat().toString());
    return named(Reply.json(status, body), sent);
  }

  private static Reply named(Reply reply, Chats.Sent sent) {
    return reply instanceof Reply.Body(var status, var type, var bytes, var _)
        ? new Reply.Body(status, type, bytes, names(sent))
        : reply;
  }

  private static <T> T read(Chats.Sent sent, AfterCommit.Look<T> look) throws InterruptedException {
    return AfterCommit.read(look).orElseThrow(() -> unwaited("cannot read the answer now", sent));
  }

  /** The failure of a request whose question was accepted, so the client should not ask again. */
  private static HttpFailure unwaited(String why, Chats.Sent sent) {
    return new HttpFailure(
        503,
        "The server " + why + "; the answer is still being written: see GET /chat/" + sent.chat());
  }

  /** The status for a provider's failure: a refusal or a timeout. */
  private static int status(String code) {
    return switch (code) {
      case "stalled", "connect_timeout", "first_token_timeout", "deadline" -> 504;
      case "rate_limited", "quota_exhausted" -> 503;
      default -> 502;
    };
  }

  private Reply history(Request request) {
    UUID chat = request.id("chat");
    HistoryQuery query = HistoryQuery.of(request);
    List<Map<String, @Nullable Object>> messages =
        query
            .of(
                chats
                    .messages(request.principal(), chat)
                    .orElseThrow(() -> HttpFailure.notFound("There is no chat with this id.")))
            .map(it -> message(it, query.content()))
            .toList();
    return Reply.json(200, Map.of("chatId", chat.toString(), "messages", messages));
  }

  private static Map<String, @Nullable Object> message(ChatMessage message, boolean content) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("id", message.id().toString());
    json.put("role", message.role().name().toLowerCase(Locale.ROOT));
    if (content) {
      json.put("content", message.text());
    }
    json.put("state", message.state().word());
    json.put("streamId", message.stream().map(it -> it.ref().publicId().toString()).orElse(null));
    json.put("usage", message.stream().flatMap(Head::usage).map(ChatApi::tree).orElse(null));
    json.put("error", message.stream().flatMap(Head::error).map(ChatApi::tree).orElse(null));
    message.stream()
        .ifPresent(_ -> {
          json.put("remark", message.remark().code());
          json.put("retry", message.remark().retry());
        });
    message.progress().ifPresent(it -> json.put("waitedMs", it.waited().toMillis()));
    if (message.simulated()) {
      json.put("simulated", true);
    }
    return json;
  }

  private static JsonNode tree(String json) {
    return JsonMapper.shared().readTree(json);
  }

  private Reply list(Request request) {
    return Reply.json(200, Map.of("chats", chats.list(request.principal())));
  }

  private Reply retry(Request request) {
    try {
      Chats.Sent sent =
          chats
              .retry(
                  request.principal(),
                  request.id("chat"),
                  request.id("message"),
                  AnswerHeaders.of(request))
              .orElseThrow(() -> HttpFailure.notFound("This chat has no answer with this id."));
      Map<String, String> body = new HashMap<>();
      body.put("messageId", sent.answer().toString());
      body.put("streamId", sent.stream().publicId().toString());
      return Reply.json(202, body);
    } catch (Chats.StillOpen _) {
      throw new HttpFailure(409, "This answer is still being written; stop it first.");
    }
  }
}
