package dev.everbrook.model;

/** What a provider sent back to a request for a stream. */
sealed interface Reply {

  /** The stream that was asked for. */
  record Events(SseReader frames) implements Reply {}

  /** One JSON text under a 200: an error, or an answer of a provider that does not stream. */
  record Document(String json) implements Reply {}

  /** No answer. */
  record Refused(Failure failure) implements Reply {}
}
