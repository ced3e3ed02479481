package dev.everbrook.simulator;

/** One message of a conversation; {@code role} as on the wire: system, user or assistant. */
public record Turn(String role, String content) {

  boolean isAssistant() {
    return role.equals("assistant");
  }
}
