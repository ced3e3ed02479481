package dev.everbrook.engine.answer;

import dev.everbrook.engine.job.RetryPolicy;
import java.time.Duration;

/**
 * How answers are made on this node.
 *
 * @param retries how often a failing model is asked again, and when
 * @param deadline how long an answer may take in all, waits and retries included
 * @param continues whether the model goes on from the beginning of an answer (prefill) without
 *     repeating it. If not, an answer whose worker died begins anew in the same stream, after an
 *     event {@code reset}.
 */
public record AnswerSettings(RetryPolicy retries, Duration deadline, boolean continues) {

  /** Five attempts within 15 minutes; begins anew after a crash. */
  public static final AnswerSettings DEFAULT =
      new AnswerSettings(RetryPolicy.DEFAULT, Duration.ofMinutes(15), false);

  public AnswerSettings {
    if (!deadline.isPositive()) {
      throw new IllegalArgumentException("an answer's deadline must be positive, was " + deadline);
    }
  }

  /** What is done about an answer that does not say it itself. */
  Recovery recovery() {
    return continues ? Recovery.CONTINUE : Recovery.RESTART;
  }

  public AnswerSettings continuing(boolean continuing) {
    return new AnswerSettings(retries, deadline, continuing);
  }

  public AnswerSettings within(Duration most) {
    return new AnswerSettings(retries, most, continues);
  }
}
