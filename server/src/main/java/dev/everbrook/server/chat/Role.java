package dev.everbrook.server.chat;

/** Who wrote a message. */
public enum Role {
  USER,
  ASSISTANT
}
