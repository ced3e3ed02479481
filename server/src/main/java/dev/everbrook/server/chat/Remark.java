package dev.everbrook.server.chat;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The remark below an answer.
 *
 * @param code the key of the words in the page's list; a {@link FailureText} or a {@link
 *     AnswerState}
 * @param words the cause and the remedy; empty if none is needed
 * @param details the provider's own words
 * @param retry whether Retry is offered
 */
public record Remark(String code, String words, Optional<String> details, boolean retry) {

  private static final JsonMapper JSON = JsonMapper.shared();

  /** The remark if only the state of the answer is known. */
  static Remark of(AnswerState state) {
    return new Remark(state.word(), state.note(), Optional.empty(), state.offersRetry());
  }

  static Remark of(FailureText trouble) {
    return new Remark(
        trouble.code(), trouble.words(), Optional.empty(), trouble.offersRetry(false));
  }

  /**
   * The remark for an answer that failed or ended early.
   *
   * @param error the JSON of its stream
   * @param restarted whether this server was started after the question
   */
  static Remark of(AnswerState state, String error, boolean restarted) {
    JsonNode told = JSON.readTree(error);
    String code = told.path("code").asString("");
    Remark plain = of(state);
    Optional<FailureText> trouble = FailureText.of(code);
    // A cut answer has only a reason; known reasons are explained by their words.
    Optional<String> details =
        switch (state) {
          case FAILED -> filled(told.path("message").asString(""));
          case INCOMPLETE -> trouble.isPresent() ? Optional.empty() : filled(code);
          case QUEUED, STREAMING, DONE, CANCELLED, REMOVED -> Optional.empty();
        };
    return trouble
        .map(it -> new Remark(it.code(), it.words(), details, it.offersRetry(restarted)))
        .orElseGet(() -> new Remark(plain.code(), plain.words(), details, plain.retry()));
  }

  private static Optional<String> filled(String text) {
    return Optional.of(text).filter(it -> !it.isBlank());
  }

  /** All possible remarks, for the page's scripts. */
  static List<Remark> all() {
    return Stream.concat(
            Arrays.stream(AnswerState.values()).map(Remark::of),
            Arrays.stream(FailureText.values()).map(Remark::of))
        .toList();
  }
}
