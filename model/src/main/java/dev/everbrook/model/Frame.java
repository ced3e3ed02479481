package dev.everbrook.model;

/** What a server-sent event stream yields next. */
sealed interface Frame {

  /**
   * One event.
   *
   * @param name the value of its {@code event} field, empty if it had none
   * @param data its data lines, joined by line feeds
   * @param whole false if the stream ended before the blank line that closes an event: the data may
   *     be cut anywhere
   */
  record Event(String name, String data, boolean whole) implements Frame {}

  /**
   * A JSON object or array that stands in no field of an event: the reply of a provider that does
   * not stream, or one line of those that send lines of JSON.
   *
   * @param whole false if the stream ended before its outermost brace was closed
   */
  record Document(String json, boolean whole) implements Frame {}

  /** An event passed the limit on its size; nothing more can be read. */
  record TooLong(int bytesMax) implements Frame {}

  /** The stream is over. */
  record End() implements Frame {}
}
