package dev.everbrook.server.api.chat;

import dev.everbrook.server.chat.ChatChanges;
import dev.everbrook.server.http.HttpFailure;
import dev.everbrook.server.http.Reply;
import dev.everbrook.server.http.Request;
import dev.everbrook.server.http.Routes;
import dev.everbrook.server.http.SentJson;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import tools.jackson.databind.JsonNode;

/** Branches and deletes chats. Safe for use by many threads. */
public final class ChatChangesApi {

  private final ChatChanges changes;

  public ChatChangesApi(ChatChanges changes) {
    this.changes = changes;
  }

  public void on(Routes routes) {
    routes.post("/chat/:chat/branch", this::branch).delete("/chat/:chat", this::delete);
  }

  private Reply branch(Request request) {
    UUID answer = message(request.body());
    try {
      UUID branch =
          changes
              .branch(request.principal(), request.id("chat"), answer)
              .orElseThrow(() -> HttpFailure.notFound("This chat has no answer with this id."));
      return Reply.json(201, Map.of("chatId", branch.toString()));
    } catch (ChatChanges.Refused e) {
      throw new HttpFailure(409, String.valueOf(e.getMessage()));
    }
  }

  private static UUID message(byte[] body) {
    String otherwise = "The body must be {\"message\": \"…\"}, the id of an answer";
    JsonNode id = SentJson.object(body, otherwise).path("message");
    Optional<UUID> message = id.isString() ? Request.uuid(id.asString()) : Optional.empty();
    return message.orElseThrow(() -> HttpFailure.badRequest(otherwise));
  }

  private Reply delete(Request request) throws InterruptedException {
    try {
      if (!changes.delete(request.principal(), request.id("chat"))) {
        throw HttpFailure.notFound("There is no chat with this id.");
      }
      return Reply.empty(204);
    } catch (ChatChanges.Refused e) {
      throw new HttpFailure(409, String.valueOf(e.getMessage()));
    }
  }
}
