package dev.everbrook.engine.answer;

import dev.everbrook.engine.answer.AnswerEvent.Kind;
import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.Run;
import dev.everbrook.engine.job.StopReason;
import dev.everbrook.engine.stream.StreamWriter;
import dev.everbrook.engine.world.World;
import dev.everbrook.model.ChatModel;
import dev.everbrook.model.Failure;
import dev.everbrook.model.Message;
import dev.everbrook.model.ModelCall;
import dev.everbrook.model.ModelEvent;
import dev.everbrook.model.ModelRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Pours one model call into a stream.
 *
 * <p>The stream may hold the work of earlier attempts. {@link Beginning} decides whether the model
 * continues it, or the stream gets a {@code reset} and the answer begins anew. The numbering always
 * continues: no number is used twice, and no event is taken back. {@link CallEnd} decides how the
 * answer proceeds after the call.
 *
 * <p>Safe for use by many threads; each call of {@link #into} is one answer.
 */
final class Pour {

  /** The longest answer, in characters; a longer one is stopped there. */
  static final int ANSWER_CHARS_MAX = 4_000_000;

  private final ChatModel model;
  private final AnswerSettings settings;
  private final World world;
  private final Alarms alarms;
  private final AnswerMeters meters;

  Pour(ChatModel model, AnswerSettings settings, World world, Alarms alarms, AnswerMeters meters) {
    this.alarms = alarms;
    this.meters = meters;
    this.model = model;
    this.settings = settings;
    this.world = world;
  }

  Outcome into(
      StreamWriter writer, Transcript before, QuestionTable.Stored asked, Run run, StopSwitch stop)
      throws InterruptedException {
    Recovery recovery = asked.recovery().orElse(settings.recovery());
    Beginning beginning = Beginning.of(before, recovery);
    CallIds ids = new CallIds(writer.ref().publicId(), asked.messages());
    AnswerLog sheet = new AnswerLog(writer, before, ids);
    sheet.begin();
    try (Draft draft = new Draft(sheet, asked.granularity(), alarms, world)) {
      Attempt attempt = new Attempt(draft, new CallEnd(draft, run, recovery, world), asked, stop);
      return switch (beginning) {
        case Beginning.Fresh() -> pour(attempt, "");
        case Beginning.Anew() -> pourAnew(attempt);
        case Beginning.GoOn(var text) -> pour(attempt, text);
        case Beginning.GiveUp() ->
            attempt.end().interrupted("its worker stopped in the middle", Optional.empty());
      };
    }
  }

  private record Attempt(Draft draft, CallEnd end, QuestionTable.Stored asked, StopSwitch stop) {}

  private Outcome pourAnew(Attempt attempt) throws InterruptedException {
    attempt.draft().reset();
    return pour(attempt, "");
  }

  /** Makes one call to the model, which continues {@code beginning} unless that is empty. */
  private Outcome pour(Attempt attempt, String beginning) throws InterruptedException {
    Draft draft = attempt.draft();
    String name = attempt.asked().model();
    long start = world.nanos();
    boolean silent = true;
    try (ModelCall call = model.open(request(attempt.asked(), beginning))) {
      attempt.stop().on(call);
      for (ModelEvent event : call) {
        if (silent && isChunk(event)) {
          silent = false;
          meters.firstChunk(name, world.nanos() - start);
        }
        switch (event) {
          case ModelEvent.Started _ -> {
            // No output yet.
          }
          case ModelEvent.Text(var piece) -> draft.say(Kind.TEXT, piece);
          case ModelEvent.Refusal(var piece) -> draft.say(Kind.REFUSAL, piece);
          case ModelEvent.Thinking(var piece) -> draft.say(Kind.REASONING, piece);
          case ModelEvent.ToolCall piece -> draft.call(piece);
          case ModelEvent.Media media -> draft.add(media);
          case ModelEvent.Annotation annotation -> draft.add(annotation);
          case ModelEvent.Keep keep -> draft.add(keep);
          case ModelEvent.LeftOut left -> draft.add(left);
          case ModelEvent.Skipped(var lines) -> meters.skipped(name, lines);
          case ModelEvent.Finished(var reason, var usage) -> {
            usage.ifPresent(it -> meters.used(name, it));
            return attempt.end().finished(reason, usage);
          }
          case ModelEvent.Failed(Failure.Rejected(_, var status), _)
              when !beginning.isEmpty() && (status == 400 || status == 422) -> {
            return pourAnew(attempt); // the model does not accept a prefill after all
          }
          case ModelEvent.Failed(var failure, var usage) -> {
            Optional<StopReason> stopped = attempt.stop().reason();
            return stopped.isPresent()
                ? attempt.end().stopped(stopped.get(), usage)
                : attempt.end().failed(failure, usage);
          }
        }
        if (draft.chars() > ANSWER_CHARS_MAX) {
          return attempt.end().tooLong();
        }
      }
    }
    throw new IllegalStateException("a call to the model ended without a closing event");
  }

  private static boolean isChunk(ModelEvent event) {
    return !(event instanceof ModelEvent.Started || event instanceof ModelEvent.Skipped);
  }

  private static ModelRequest request(QuestionTable.Stored asked, String beginning) {
    List<Message> messages = new ArrayList<>(asked.messages());
    if (beginning.isEmpty()) {
      return ModelRequest.of(asked.model(), messages).with(asked.parameters());
    }
    messages.add(Message.assistant(beginning));
    return ModelRequest.of(asked.model(), messages).with(asked.parameters()).goingOn();
  }
}
