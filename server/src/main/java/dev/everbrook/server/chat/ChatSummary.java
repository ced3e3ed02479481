package dev.everbrook.server.chat;

import java.time.Instant;

/** A chat in the list of chats. A blank title is shown as "Untitled". */
public record ChatSummary(String chatId, String title, Instant updatedAt) {

  static final ChatSummary BLANK = new ChatSummary("", "", Instant.EPOCH);

  String shownTitle() {
    return title.isBlank() ? "Untitled" : title;
  }
}
