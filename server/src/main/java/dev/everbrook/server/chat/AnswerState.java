package dev.everbrook.server.chat;

import java.util.Locale;

/** The state of an answer, with the page's explanation. */
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

  /** The state's name in the page's scripts and the JSON of the API. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** One or two sentences for the reader; empty if no explanation is needed. */
  String note() {
    return note;
  }

  /** Whether Retry is offered if only the state is known. */
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
