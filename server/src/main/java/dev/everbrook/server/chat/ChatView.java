package dev.everbrook.server.chat;

import java.util.List;

/** A chat for the page, oldest message first. */
public record ChatView(String chatId, List<MessageView> messages) {

  public ChatView {
    if (chatId.isEmpty()) {
      throw new IllegalArgumentException("A chat that is shown has an id");
    }
    messages = List.copyOf(messages);
  }
}
