package dev.everbrook.server.chat;

import dev.everbrook.engine.answer.Granularity;
import dev.everbrook.engine.answer.Question;
import dev.everbrook.engine.answer.Recovery;
import dev.everbrook.server.http.HttpFailure;
import dev.everbrook.server.http.Request;
import java.util.Optional;

/**
 * A request's headers about its answer, common to all dialects: {@code Everbrook-Granularity}
 * (token, word, sentence, or milliseconds such as 250ms) and {@code Everbrook-On-Crash} (continue,
 * restart or fail).
 */
public record AnswerHeaders(Optional<Granularity> granularity, Optional<Recovery> recovery) {

  private static final String GRANULARITY = "everbrook-granularity";
  private static final String ON_CRASH = "everbrook-on-crash";

  /**
   * Reads the headers.
   *
   * @throws HttpFailure 400 if a header has another value
   */
  public static AnswerHeaders of(Request request) {
    return new AnswerHeaders(
        request.header(GRANULARITY).map(AnswerHeaders::granularity),
        request.header(ON_CRASH).map(AnswerHeaders::recovery));
  }

  private static Granularity granularity(String word) {
    return Granularity.parse(word)
        .orElseThrow(() ->
            HttpFailure.badRequest(
                "Everbrook-Granularity must be token, word, sentence, or 1ms to "
                    + Granularity.EVERY_MAX.toMillis()
                    + "ms."));
  }

  private static Recovery recovery(String word) {
    return switch (word) {
      case "continue" -> Recovery.CONTINUE;
      case "restart" -> Recovery.RESTART;
      case "fail" -> Recovery.FAIL;
      default ->
          throw HttpFailure.badRequest("Everbrook-On-Crash must be continue, restart or fail.");
    };
  }

  /** Applies the headers to a question; an absent header keeps the default. */
  public Question on(Question question) {
    Question sized = granularity.map(question::by).orElse(question);
    return recovery.map(sized::recovering).orElse(sized);
  }
}
