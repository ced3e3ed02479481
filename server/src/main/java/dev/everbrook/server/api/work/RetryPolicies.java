package dev.everbrook.server.api.work;

import dev.everbrook.engine.job.RetryPolicy;
import dev.everbrook.server.http.JsonBody;
import java.time.Duration;

/** Reads retry policies: those of a worker's kinds, and a job's own. */
final class RetryPolicies {

  private static final Duration ATTEMPT_MAX = Duration.ofDays(365);
  private static final Duration BACKOFF_MAX = Duration.ofDays(1);
  private static final int ATTEMPTS_MAX = 1_000;

  private RetryPolicies() {}

  /** A member that is left out is as in {@link RetryPolicy#DEFAULT}. */
  static RetryPolicy read(JsonBody body) {
    RetryPolicy normal = RetryPolicy.DEFAULT;
    Duration first = body.millis("backoff_ms", Duration.ZERO, BACKOFF_MAX).orElse(normal.first());
    Duration most =
        body.millis("backoff_max_ms", first, BACKOFF_MAX)
            .orElse(first.compareTo(normal.most()) > 0 ? first : normal.most());
    return new RetryPolicy(
        body.whole("attempts_max", 1, ATTEMPTS_MAX, normal.attemptsMax()),
        first,
        most,
        body.millis("attempt_ms", Duration.ofMillis(1), ATTEMPT_MAX).orElse(normal.attemptTime()));
  }
}
