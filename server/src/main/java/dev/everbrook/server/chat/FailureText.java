package dev.everbrook.server.chat;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * The codes of failed or cut answers, each with a text for the reader: the cause, then the remedy.
 * It is the only table of these texts: the page's scripts get it with the page. Any other code is
 * explained by its {@link AnswerState}.
 */
enum FailureText {
  KEY_REFUSED(
      Retry.AFTER_RESTART,
      "The model's provider does not accept this server's API key. The operator of this server has"
          + " to set a valid OPENAI_API_KEY and start it again; your question is kept."),
  QUOTA_EXHAUSTED(
      Retry.HELPS,
      "The provider's account behind this server has no credit left. When it is topped up, Retry"
          + " asks the model again."),
  MODEL_NOT_FOUND(
      Retry.HELPS,
      "The provider does not know the model that this server asks for. When the provider has it,"
          + " or AI_MODEL names another, Retry asks the model again."),
  RATE_LIMITED(
      Retry.HELPS,
      "The provider takes no more requests at the moment. In a few minutes, Retry asks the model"
          + " again."),
  OVERLOADED(
      Retry.HELPS,
      "The provider is failing or overloaded. Retry asks the model again; your question is kept."),
  UNREACHABLE(
      Retry.HELPS,
      "Nothing answers at the provider's address. When the provider runs, or OPENAI_BASE_URL is"
          + " right, Retry asks the model again."),
  UNKNOWN_HOST(
      Retry.HELPS,
      "The provider's host name has no address. When OPENAI_BASE_URL and the network's DNS are"
          + " right, Retry asks the model again."),
  UNTRUSTED(
      Retry.HELPS,
      "No secure connection to the provider could be made. When its certificate and"
          + " OPENAI_BASE_URL are right, Retry asks the model again."),
  CONNECTION_RESET(
      Retry.HELPS,
      "The connection to the provider broke before it answered. Retry asks the model again; your"
          + " question is kept."),
  CONNECT_TIMEOUT(
      Retry.HELPS,
      "The provider accepted no connection in time. When it can be reached, Retry asks the model"
          + " again."),
  FIRST_TOKEN_TIMEOUT(
      Retry.HELPS,
      "The provider took the question and sent no word of an answer in time. It may be busy or"
          + " still loading the model; Retry asks the model again."),
  STALLED(
      Retry.HELPS,
      "The provider fell silent in the middle of the answer. The text so far is kept; Retry asks the"
          + " model again."),
  TRUNCATED(
      Retry.HELPS,
      "The connection to the provider broke in the middle of the answer. The text so far is kept;"
          + " Retry asks the model again."),
  DEADLINE(
      Retry.HELPS,
      "The answer took longer than an answer may take here. Any text so far is kept; Retry asks the"
          + " model again."),
  PROTOCOL(
      Retry.HELPS,
      "The provider's reply is not an answer of a model. If OPENAI_BASE_URL is right, Retry asks"
          + " the model again."),
  INTERRUPTED(
      Retry.HELPS,
      "The answer was interrupted and does not go on by itself. Any text so far is kept; Retry asks"
          + " the model again."),
  GAVE_UP(
      Retry.HELPS,
      "This answer used up its attempts or its time. Retry asks the model again; your question is kept."),
  CONTEXT_TOO_LONG(
      Retry.NEVER,
      "This chat has become too long for the model. Begin a new chat, or branch from an earlier"
          + " answer."),
  REJECTED(
      Retry.NEVER,
      "The provider refused this question as it is. Ask it in other words, or in a new chat."),
  LENGTH(
      Retry.NEVER,
      "The model reached its limit on length before it was done. Any text so far is kept; ask it to"
          + " go on, or for a shorter answer."),
  CONTENT_FILTER(
      Retry.NEVER,
      "The provider's content filter withheld the rest of this answer. Any text so far is kept; ask"
          + " in other words."),
  ANSWER_TOO_LONG(
      Retry.NEVER,
      "The answer grew longer than this server keeps, and was ended there. Ask for a part of it."),
  TOOLS(
      Retry.HELPS,
      "The model wanted to use a tool, and this chat has none. Ask it to answer without tools, or"
          + " Retry asks the model again."),
  SILENT(Retry.HELPS, "The model answered without a word. Retry asks the model again.");

  /** Whether the same question may be answered by a retry. */
  enum Retry {
    HELPS,
    /** The cause is a setting of the server, which is read when it starts. */
    AFTER_RESTART,
    /** Only another question can get another result. */
    NEVER
  }

  private final Retry retry;
  private final String words;

  FailureText(Retry retry, String words) {
    this.retry = retry;
    this.words = words;
  }

  static Optional<FailureText> of(String code) {
    return Arrays.stream(values()).filter(it -> it.code().equals(code)).findFirst();
  }

  /** The code in the stream's last event and the page's scripts. */
  String code() {
    return name().toLowerCase(Locale.ROOT);
  }

  String words() {
    return words;
  }

  /**
   * Whether Retry is offered.
   *
   * @param restarted whether this server was started after the question
   */
  boolean offersRetry(boolean restarted) {
    return switch (retry) {
      case HELPS -> true;
      case AFTER_RESTART -> restarted;
      case NEVER -> false;
    };
  }
}
