package dev.everbrook.engine.answer;

import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.Run;
import dev.everbrook.engine.job.StopReason;
import dev.everbrook.engine.stream.StreamState;
import dev.everbrook.engine.text.OneLine;
import dev.everbrook.engine.world.World;
import dev.everbrook.model.Failure;
import dev.everbrook.model.FinishReason;
import dev.everbrook.model.Usage;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides how an answer proceeds when a call to the model ends: the stream ends with it, in one
 * transaction, or another attempt follows. One instance for each answer.
 *
 * @param draft holds all output of the model
 */
record CallEnd(Draft draft, Run run, Recovery recovery, World world) {

  private static final Logger log = LoggerFactory.getLogger(CallEnd.class);

  private static final String TOO_LONG = "answer_too_long";
  private static final String INTERRUPTED = "interrupted";
  private static final Duration SNOOZE_DEFAULT = Duration.ofSeconds(5);
  private static final double SNOOZE_JITTER = 0.2;

  /** The model reported the end. */
  Outcome finished(FinishReason reason, Optional<Usage> usage) throws InterruptedException {
    return switch (reason) {
      case FinishReason.Length() -> incomplete("length", usage);
      case FinishReason.ContentFilter() -> incomplete("content_filter", usage);
      // An unknown finish reason may mean that the answer is cut.
      case FinishReason.Other(var raw) -> incomplete(Ingest.whole(raw), usage);
      case FinishReason.Stop(), FinishReason.ToolCalls() -> {
        draft.end(new AnswerEvent.Completed(usage), StreamState.DONE, usage, Optional.empty());
        yield new Outcome.Done();
      }
    };
  }

  /** The answer reached {@link Pour#ANSWER_CHARS_MAX}. */
  Outcome tooLong() throws InterruptedException {
    return incomplete(TOO_LONG, Optional.empty());
  }

  private Outcome incomplete(String reason, Optional<Usage> usage) throws InterruptedException {
    draft.end(
        new AnswerEvent.Incomplete(reason, usage),
        StreamState.INCOMPLETE,
        usage,
        Optional.of(AnswerJson.failure(reason, explain(reason))));
    return new Outcome.Done();
  }

  private static String explain(String reason) {
    return switch (reason) {
      case "length" -> "the model reached its limit on tokens before it was done";
      case "content_filter" -> "the provider's filter withheld the rest";
      case TOO_LONG ->
          "the answer reached " + Pour.ANSWER_CHARS_MAX + " characters and was ended there";
      default -> "the provider ended the answer early, saying '" + reason + "'";
    };
  }

  /** This side ended the call. */
  Outcome stopped(StopReason reason, Optional<Usage> usage) throws InterruptedException {
    return switch (reason) {
      case CANCELLED -> {
        draft.end(new AnswerEvent.Cancelled(), StreamState.CANCELLED, usage, Optional.empty());
        yield new Outcome.Cancelled();
      }
      case DEADLINE -> forGood("deadline", "the answer exceeded its deadline", usage);
      case TIMEOUT -> {
        draft.settle();
        yield new Outcome.Failed("the attempt exceeded its time limit", true);
      }
      case HANDOVER -> {
        draft.settle();
        yield new Outcome.HandOver();
      }
      case LOST -> new Outcome.HandOver();
    };
  }

  /** The provider broke off the call. */
  Outcome failed(Failure failure, Optional<Usage> usage) throws InterruptedException {
    boolean again = failure.worthRetrying();
    String message = Ingest.whole(failure.message());
    if (again && recovery == Recovery.FAIL && draft.hasShown()) {
      return interrupted(message, usage);
    }
    if (failure instanceof Failure.RateLimited(_, var after)) {
      Duration wait = jittered(after.orElse(SNOOZE_DEFAULT));
      if (wait.compareTo(run.remaining()) >= 0) {
        return forGood(code(failure), message, usage); // the retry would miss the deadline
      }
      draft.waiting(message, Optional.of(world.now().plus(wait)));
      return new Outcome.Limited(wait, message); // no node asks this model earlier
    }
    if (again && !run.isLastAttempt()) {
      draft.waiting(message, Optional.empty());
      return new Outcome.Failed(message, true);
    }
    return forGood(code(failure), message, usage);
  }

  /** The call broke off, and {@link Recovery#FAIL} keeps the text so far as final. */
  Outcome interrupted(String why, Optional<Usage> usage) throws InterruptedException {
    return forGood(INTERRUPTED, "the answer broke off: " + why, usage);
  }

  /** Adds jitter: later than requested, so that retries do not coincide. */
  private Duration jittered(Duration wait) {
    return Duration.ofMillis(Math.round(wait.toMillis() * (1 + SNOOZE_JITTER * world.chance())));
  }

  private Outcome forGood(String code, String message, Optional<Usage> usage)
      throws InterruptedException {
    log.warn(
        "the answer of job {} failed, {}: {}", run.job(), OneLine.of(code), OneLine.of(message));
    draft.end(
        new AnswerEvent.Failed(code, message),
        StreamState.FAILED,
        usage,
        Optional.of(AnswerJson.failure(code, message)));
    return new Outcome.Failed(message, false);
  }

  private static String code(Failure failure) {
    return switch (failure) {
      case Failure.RateLimited _ -> "rate_limited";
      case Failure.Overloaded(_, var cause) -> overload(cause);
      case Failure.Truncated _ -> "truncated";
      case Failure.Stalled(_, var phase) -> stall(phase);
      case Failure.ContextTooLong _ -> "context_too_long";
      case Failure.QuotaExhausted _ -> "quota_exhausted";
      case Failure.Rejected(_, var status) -> refusal(status);
      case Failure.Protocol _ -> "protocol";
      case Failure.Cancelled _ -> "cancelled";
    };
  }

  /** One code for each cause, since each needs another remedy. */
  private static String overload(Failure.Overloaded.Cause cause) {
    return switch (cause) {
      case PROVIDER -> "overloaded";
      case NAME -> "unknown_host";
      case REFUSED -> "unreachable";
      case TLS -> "untrusted";
      case BROKEN -> "connection_reset";
    };
  }

  private static String stall(Failure.Stalled.Phase phase) {
    return switch (phase) {
      case CONNECT -> "connect_timeout";
      case FIRST_TOKEN -> "first_token_timeout";
      case IDLE -> "stalled";
      case TOTAL -> "deadline";
    };
  }

  /** The cause is the API key, the model's name, or the request. */
  private static String refusal(int status) {
    return switch (status) {
      case 401, 403 -> "key_refused";
      case 404 -> "model_not_found";
      default -> "rejected";
    };
  }
}
