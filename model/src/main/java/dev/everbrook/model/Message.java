package dev.everbrook.model;

import tools.jackson.core.JacksonException;

/** One turn of a conversation. */
public sealed interface Message {

  /** The role of the speaker. */
  enum Role {
    SYSTEM,
    USER,
    ASSISTANT
  }

  /** Plain text. */
  record Said(Role role, String content) implements Message {}

  /**
   * A turn in the form of the chat completions API, passed on unchanged: with pictures, tool calls,
   * or the result of a tool.
   *
   * @param json a JSON object with a {@code role}
   */
  record Wire(String json) implements Message {
    public Wire {
      try {
        if (Json.text(Json.MAPPER.readTree(json), "role").isEmpty()) {
          throw new IllegalArgumentException("a message must be a JSON object with a role");
        }
      } catch (JacksonException e) {
        throw new IllegalArgumentException("a message must be a JSON object with a role", e);
      }
    }
  }

  static Message system(String content) {
    return new Said(Role.SYSTEM, content);
  }

  static Message user(String content) {
    return new Said(Role.USER, content);
  }

  static Message assistant(String content) {
    return new Said(Role.ASSISTANT, content);
  }

  /** Whether it is an assistant's text, which a model may be asked to continue. */
  default boolean canBeContinued() {
    return this instanceof Said said && said.role() == Role.ASSISTANT;
  }
}
