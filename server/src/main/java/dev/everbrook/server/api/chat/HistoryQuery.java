package dev.everbrook.server.api.chat;

import dev.everbrook.server.chat.ChatMessage;
import dev.everbrook.server.http.HttpFailure;
import dev.everbrook.server.http.Request;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The requested part of a chat; by default the whole chat.
 *
 * @param content whether the texts are sent, which are most of a chat
 * @param from the first message to send
 * @param limit how many messages at most
 */
record HistoryQuery(boolean content, Optional<UUID> from, int limit) {
  private static final int LIMIT_MAX = 10_000;

  static HistoryQuery of(Request request) {
    return new HistoryQuery(
        request.parameter("content").map(HistoryQuery::content).orElse(true),
        request.parameter("from").map(HistoryQuery::id),
        request.parameter("limit").map(HistoryQuery::limit).orElse(Integer.MAX_VALUE));
  }

  private static boolean content(String text) {
    if (!text.equals("none")) {
      throw HttpFailure.badRequest("content must be 'none' or absent");
    }
    return false;
  }

  private static UUID id(String text) {
    return Request.uuid(text)
        .orElseThrow(() -> HttpFailure.badRequest("from must be the id of a message"));
  }

  private static int limit(String text) {
    if (!text.matches("[1-9]\\d{0,4}") || Integer.parseInt(text) > LIMIT_MAX) {
      throw HttpFailure.badRequest("limit must be a number from 1 to " + LIMIT_MAX);
    }
    return Integer.parseInt(text);
  }

  /**
   * Selects the messages; if the chat has no message {@code from} (any more), from its beginning.
   */
  Stream<ChatMessage> of(List<ChatMessage> messages) {
    boolean begins = from.isPresent() && messages.stream().anyMatch(this::isFirst);
    Stream<ChatMessage> wanted = messages.stream();
    return (begins ? wanted.dropWhile(it -> !isFirst(it)) : wanted).limit(limit);
  }

  private boolean isFirst(ChatMessage message) {
    return from.filter(message.id()::equals).isPresent();
  }
}
