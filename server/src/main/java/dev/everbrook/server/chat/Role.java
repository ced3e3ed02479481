package dev.everbrook.server.chat;

/** The author of a message. */
public enum Role {
  USER,
  ASSISTANT
}
