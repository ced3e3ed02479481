package dev.everbrook.server.chat;

import java.util.Locale;

/** The state of an answer, with the sentence in which the page explains it. */
public enum AnswerState {
  QUEUED("In line for the model. You can close this page; the answer will be here."),
  STREAMING(""),
  DONE(""),
  FAILED("This answer failed. Retry asks the model again; your question is kept."),
  CANCELLED("Stopped. Any text so far is kept; Retry asks again."),
  INCOMPLETE(
      "This answer ended before it was complete. Any text so far is kept; Retry asks again."),
  REMOVED("This answer was removed. Retry asks again.");

  private final String note;

  AnswerState(String note) {
    this.note = note;
  }

  /** The state as the page's scripts and the JSON of the API name it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** One sentence or two for the reader; empty where nothing needs to be explained. */
  String note() {
    return note;
  }

  /** Whether Retry is offered where nothing more is known. */
  boolean offersRetry() {
    return switch (this) {
      case FAILED, CANCELLED, INCOMPLETE, REMOVED -> true;
      case QUEUED, STREAMING, DONE -> false;
    };
  }

  boolean open() {
    return this == QUEUED || this == STREAMING;
  }
}
