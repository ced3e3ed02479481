package dev.everbrook.engine.answer;

import dev.everbrook.engine.job.RetryPolicy;
import java.time.Duration;

/**
 * Settings for answers on this node.
 *
 * @param retries the number and timing of repeated calls to a failing model
 * @param deadline the total time of an answer, including waits and retries
 * @param continues whether the model can continue a given beginning of an answer (prefill) without
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

  /** The recovery of an answer whose question does not specify one. */
  Recovery recovery() {
    return continues ? Recovery.CONTINUE : Recovery.RESTART;
  }

  /** The same settings with this {@link #continues}. */
  public AnswerSettings continuing(boolean continuing) {
    return new AnswerSettings(retries, deadline, continuing);
  }

  /** The same settings with this {@link #deadline}; longer than 0. */
  public AnswerSettings within(Duration most) {
    return new AnswerSettings(retries, most, continues);
  }
}
