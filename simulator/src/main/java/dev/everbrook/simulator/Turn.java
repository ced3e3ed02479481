package dev.everbrook.simulator;

/** One message of a conversation; {@code role} as on the wire: system, user, assistant or tool. */
public record Turn(String role, String content) {

  boolean isAssistant() {
    return role.equals("assistant");
  }

  /** Whether it is what a tool came to, in the present form or the one before. */
  boolean isToolResult() {
    return role.equals("tool") || role.equals("function");
  }
}
