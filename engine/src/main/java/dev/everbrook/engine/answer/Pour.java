package dev.everbrook.engine.answer;

import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.Run;
import dev.everbrook.engine.job.StopReason;
import dev.everbrook.engine.stream.StreamState;
import dev.everbrook.engine.stream.StreamWriter;
import dev.everbrook.engine.world.World;
import dev.everbrook.model.ChatModel;
import dev.everbrook.model.Failure;
import dev.everbrook.model.FinishReason;
import dev.everbrook.model.Message;
import dev.everbrook.model.ModelCall;
import dev.everbrook.model.ModelEvent;
import dev.everbrook.model.ModelRequest;
import dev.everbrook.model.Usage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Pours one model call into a stream.
 *
 * <p>The stream may hold the work of earlier attempts. If it has text and the model can go on from
 * it, the model is asked to; else the stream says {@code reset} and the answer begins anew, under
 * numbers that go on. No number is ever used twice, and no event is ever taken back.
 *
 * <p>How a call ends decides what follows: finished, and the stream ends with it, in one
 * transaction; cut, stalled or overloaded, and another attempt may follow; stopped, and the stream
 * ends or is handed over with the text so far. Safe for use by many threads; each call of {@link
 * #into} is one answer.
 */
final class Pour {

  /** The longest answer, in characters; a model that runs on is stopped there. */
  static final int ANSWER_CHARS_MAX = 4_000_000;

  /** Words by which some providers say that the model was done; any other means that it was not. */
  private static final Set<String> WHOLE =
      Set.of("eos", "eos_token", "end_turn", "stop_sequence", "complete", "completed");

  private static final String TOO_LONG = "answer_too_long";
  private static final Duration SNOOZE_DEFAULT = Duration.ofSeconds(5);
  private static final double SNOOZE_JITTER = 0.2;

  private final ChatModel model;
  private final AnswerSettings settings;
  private final World world;
  private final AnswerMeters meters;

  Pour(ChatModel model, AnswerSettings settings, World world, AnswerMeters meters) {
    this.meters = meters;
    this.model = model;
    this.settings = settings;
    this.world = world;
  }

  Outcome into(StreamWriter writer, Transcript before, Asked.Stored asked, Run run, StopSwitch stop)
      throws InterruptedException {
    begin(writer, before);
    boolean goesOn = settings.continues() && !before.text().isEmpty();
    if (!goesOn && before.hasContent()) {
      writer.append(new AnswerEvent.Reset().json());
    }
    return pour(new Attempt(writer, asked, run, stop, goesOn ? before.text() : ""));
  }

  /**
   * One call to the model.
   *
   * @param beginning what the model is to go on from; empty to begin
   */
  private record Attempt(
      StreamWriter writer, Asked.Stored asked, Run run, StopSwitch stop, String beginning) {

    boolean goesOn() {
      return !beginning.isEmpty();
    }

    Attempt anew() {
      return new Attempt(writer, asked, run, stop, "");
    }
  }

  private Outcome pour(Attempt attempt) throws InterruptedException {
    StringBuilder text = new StringBuilder(attempt.beginning());
    Draft draft = new Draft(attempt.writer(), text);
    long start = world.nanos();
    boolean silent = true;
    try (ModelCall call = model.open(request(attempt.asked(), attempt.beginning()))) {
      attempt.stop().on(call);
      for (ModelEvent event : call) {
        if (silent && !(event instanceof ModelEvent.Started)) {
          silent = false;
          meters.firstChunk(attempt.asked().model(), world.nanos() - start);
        }
        switch (event) {
          case ModelEvent.Started _, ModelEvent.ToolCall _ -> {
            // A started call has said nothing yet; tools were not offered.
          }
          case ModelEvent.Text(var piece) -> draft.text(piece);
          case ModelEvent.Refusal(var piece) -> draft.refusal(piece);
          case ModelEvent.Thinking(var piece) -> draft.reasoning(piece);
          case ModelEvent.Finished(var reason, var usage) -> {
            usage.ifPresent(it -> meters.used(attempt.asked().model(), it));
            return finished(draft, reason, usage);
          }
          case ModelEvent.Failed(Failure.Rejected(_, var status), _)
              when attempt.goesOn() && (status == 400 || status == 422) -> {
            draft.reset(); // it does not go on from a beginning after all
            return pour(attempt.anew());
          }
          case ModelEvent.Failed(var failure, var usage) -> {
            Optional<StopReason> stopped = attempt.stop().reason();
            return stopped.isPresent()
                ? stopped(draft, stopped.get(), usage)
                : failed(draft, failure, usage, attempt.run());
          }
        }
        if (text.length() > ANSWER_CHARS_MAX) {
          return incomplete(draft, TOO_LONG, Optional.empty());
        }
      }
    }
    throw new IllegalStateException("a call to the model ended without a closing event");
  }

  private static void begin(StreamWriter writer, Transcript before) throws InterruptedException {
    if (!before.isStarted()) {
      writer.append(new AnswerEvent.Started().json());
      writer.append(new AnswerEvent.ItemAdded(new AnswerEvent.Item.MessageItem()).json());
      writer.append(new AnswerEvent.PartAdded(AnswerEvent.Kind.TEXT).json());
    }
  }

  private static ModelRequest request(Asked.Stored asked, String beginning) {
    List<Message> messages = new ArrayList<>(asked.messages());
    if (beginning.isEmpty()) {
      return ModelRequest.of(asked.model(), messages).with(asked.parameters());
    }
    messages.add(Message.assistant(beginning));
    return ModelRequest.of(asked.model(), messages).with(asked.parameters()).goingOn();
  }

  private static Outcome finished(Draft draft, FinishReason reason, Optional<Usage> usage)
      throws InterruptedException {
    return switch (reason) {
      case FinishReason.Length() -> incomplete(draft, "length", usage);
      case FinishReason.ContentFilter() -> incomplete(draft, "content_filter", usage);
      case FinishReason.Other(var raw) when !WHOLE.contains(raw) -> incomplete(draft, raw, usage);
      case FinishReason.Stop(), FinishReason.ToolCalls(), FinishReason.Other(_) -> {
        draft.end(
            new AnswerEvent.Completed(usage).json(), StreamState.DONE, usage, Optional.empty());
        yield new Outcome.Done();
      }
    };
  }

  private static Outcome incomplete(Draft draft, String reason, Optional<Usage> usage)
      throws InterruptedException {
    draft.end(
        new AnswerEvent.Incomplete(reason, usage).json(),
        StreamState.INCOMPLETE,
        usage,
        Optional.of(AnswerJson.failure(reason, explain(reason))));
    return new Outcome.Done();
  }

  private static String explain(String reason) {
    return switch (reason) {
      case "length" -> "the model reached its limit on tokens before it was done";
      case "content_filter" -> "the provider's filter withheld the rest";
      case TOO_LONG -> "the answer reached " + ANSWER_CHARS_MAX + " characters and was ended there";
      default -> "the provider ended the answer early, saying '" + reason + "'";
    };
  }

  private static Outcome stopped(Draft draft, StopReason reason, Optional<Usage> usage)
      throws InterruptedException {
    return switch (reason) {
      case CANCELLED -> {
        draft.end(
            new AnswerEvent.Cancelled().json(), StreamState.CANCELLED, usage, Optional.empty());
        yield new Outcome.Cancelled();
      }
      case DEADLINE ->
          failedForGood(draft, "deadline", "the answer took longer than it was given", usage);
      case HANDOVER -> {
        draft.settle();
        yield new Outcome.HandOver();
      }
      case LOST -> new Outcome.HandOver();
    };
  }

  private Outcome failed(Draft draft, Failure failure, Optional<Usage> usage, Run run)
      throws InterruptedException {
    if (failure instanceof Failure.RateLimited(var message, var after)) {
      Duration wait = jittered(after.orElse(SNOOZE_DEFAULT));
      if (wait.compareTo(run.remaining(world)) >= 0) {
        return failedForGood(draft, code(failure), message, usage); // it would come too late
      }
      draft.waiting(message, Optional.of(world.now().plus(wait)));
      return new Outcome.Snooze(wait, message);
    }
    if (failure.worthRetrying() && !run.isLastAttempt()) {
      draft.waiting(failure.message(), Optional.empty());
      return new Outcome.Failed(failure.message(), true);
    }
    return failedForGood(draft, code(failure), failure.message(), usage);
  }

  /** Later than asked, and not all at once. */
  private Duration jittered(Duration wait) {
    return Duration.ofMillis(Math.round(wait.toMillis() * (1 + SNOOZE_JITTER * world.chance())));
  }

  private static Outcome failedForGood(
      Draft draft, String code, String message, Optional<Usage> usage) throws InterruptedException {
    draft.end(
        new AnswerEvent.Failed(code, message).json(),
        StreamState.FAILED,
        usage,
        Optional.of(AnswerJson.failure(code, message)));
    return new Outcome.Failed(message, false);
  }

  private static String code(Failure failure) {
    return switch (failure) {
      case Failure.RateLimited _ -> "rate_limited";
      case Failure.Overloaded _ -> "overloaded";
      case Failure.Truncated _ -> "truncated";
      case Failure.Stalled _ -> "stalled";
      case Failure.ContextTooLong _ -> "context_too_long";
      case Failure.QuotaExhausted _ -> "quota_exhausted";
      case Failure.Rejected _ -> "rejected";
      case Failure.Protocol _ -> "protocol";
      case Failure.Cancelled _ -> "cancelled";
    };
  }
}
