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
 * @param code the name of the words in the page's list; a {@link FailureText} or a {@link
 *     AnswerState}
 * @param words what happened and what to do; empty where nothing needs to be said
 * @param details the words of the provider, for an interested reader
 * @param retry whether asking again is offered
 */
public record Remark(String code, String words, Optional<String> details, boolean retry) {

  private static final JsonMapper JSON = JsonMapper.shared();

  /** Nothing but the state of the answer is known. */
  static Remark of(AnswerState state) {
    return new Remark(state.word(), state.note(), Optional.empty(), state.offersRetry());
  }

  static Remark of(FailureText trouble) {
    return new Remark(
        trouble.code(), trouble.words(), Optional.empty(), trouble.offersRetry(false));
  }

  /**
   * Of an answer that failed or ended early.
   *
   * @param error JSON, as its stream holds it
   * @param restarted whether this server was started since the answer was asked for
   */
  static Remark of(AnswerState state, String error, boolean restarted) {
    JsonNode told = JSON.readTree(error);
    String code = told.path("code").asString("");
    Remark plain = of(state);
    Optional<FailureText> trouble = FailureText.of(code);
    // An answer that was cut ends with its reason alone, which the known reasons explain.
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

  /** All that can be said, for the page's scripts. */
  static List<Remark> all() {
    return Stream.concat(
            Arrays.stream(AnswerState.values()).map(Remark::of),
            Arrays.stream(FailureText.values()).map(Remark::of))
        .toList();
  }
}
