package dev.everbrook.server.api.openai;

import dev.everbrook.engine.Engine;
import dev.everbrook.engine.answer.AnswerEvent;
import dev.everbrook.engine.answer.Question;
import dev.everbrook.engine.live.Tail;
import dev.everbrook.engine.stream.Head;
import dev.everbrook.engine.stream.StreamRef;
import dev.everbrook.engine.world.World;
import dev.everbrook.server.api.openai.AnswerWaiter.Opening;
import dev.everbrook.server.api.openai.IdempotentAnswers.Accepted;
import dev.everbrook.server.chat.AnswerHeaders;
import dev.everbrook.server.chat.OwnAnswers;
import dev.everbrook.server.chat.ReaderAdmission;
import dev.everbrook.server.chat.ReaderPosition;
import dev.everbrook.server.http.AfterCommit;
import dev.everbrook.server.http.JsonBody;
import dev.everbrook.server.http.Reply;
import dev.everbrook.server.http.Request;
import java.util.Optional;

/** {@code POST /v1/chat/completions}. Safe for use by many threads. */
final class CompletionsApi {

  static final String PATH = "/v1/chat/completions";

  private static final String LAST_EVENT_ID = "Last-Event-ID";

  private final Engine engine;
  private final IdempotentAnswers asking;
  private final AnswerWaiter answering;

  CompletionsApi(Engine engine, World world) {
    this.engine = engine;
    this.asking = new IdempotentAnswers(engine);
    this.answering = new AnswerWaiter(engine.tails(), world);
  }

  Reply create(Request request) {
    JsonBody body = JsonBody.of(request);
    CompletionRequest asked = CompletionRequest.of(body);
    Optional<IdempotencyKeys.Key> key = IdempotencyKeys.Key.of(request, PATH, body);
    long after = after(request);
    if (asked.stream()) {
      ReaderAdmission.refuse(request);
    }
    Question question =
        new Question(request.principal(), asked.model(), asked.messages()).with(asked.parameters());
    Accepted answer =
        asking.ask(
            AnswerHeaders.of(request).on(question),
            key,
            (_, _) -> {
              // A chat completion is stored in its stream alone.
            });
    return asked.stream()
        ? streamed(
            answer, asked, request, answer.again() ? within(answer, after) : ReaderPosition.START)
        : whole(answer, request);
  }

  /**
   * The number of the last event that the client has received. It is refused without a key: it
   * could only belong to another answer, and the new answer would lose its beginning.
   */
  private static long after(Request request) {
    Optional<String> last = request.header(LAST_EVENT_ID);
    if (last.isPresent() && IdempotencyKeys.Key.text(request).isEmpty()) {
      throw OpenAiError.invalid(
              null,
              LAST_EVENT_ID
                  + " resumes the answer of an earlier request: send it with the"
                  + " Idempotency-Key of that request, or leave it out.")
          .refused();
    }
    return last.map(it -> ReaderPosition.of(LAST_EVENT_ID, it)).orElse(ReaderPosition.START);
  }

  private long within(Accepted answer, long after) {
    Head head = engine.log().headOf(answer.stream().id());
    return ReaderPosition.within(new OwnAnswers(engine.log()), head, LAST_EVENT_ID, after);
  }

  private Reply streamed(Accepted answer, CompletionRequest asked, Request request, long after) {
    StreamRef stream = answer.stream();
    long lastReset =
        answer.again()
            ? ReplayFilter.lastReset(engine.log(), stream.id())
            : ReplayFilter.NOTHING_VOID;
    CompletionDialect dialect =
        new CompletionDialect(stream.publicId(), asked.usage(), new ReplayFilter(after, lastReset));
    AfterCommit.accepted(AnswerFailure.unwaited(answer, request));
    Tail tail = engine.tails().follow(stream, 0);
    boolean followed = false;
    try {
      Optional<Opening> opening =
          after == ReaderPosition.START
              ? answering.opening(tail, dialect)
              : Optional.of(Opening.NONE);
      if (opening.isEmpty()) {
        return AnswerFailure.unwaited(answer, request);
      }
      Optional<OpenAiError> failed = opening.get().failed();
      if (failed.isPresent()) {
        return AnswerFailure.reply(failed.get(), answer, request);
      }
      followed = true;
      return new Reply.Follow(tail, dialect, opening.get().frames(), answer.headers());
    } finally {
      if (!followed) {
        tail.close();
      }
    }
  }

  private Reply whole(Accepted answer, Request request) {
    AfterCommit.accepted(AnswerFailure.unwaited(answer, request));
    return answering
        .whole(answer.stream(), request)
        .map(output -> whole(answer, output, request))
        .orElseGet(() -> AnswerFailure.unwaited(answer, request));
  }

  private static Reply whole(Accepted answer, AnswerOutput output, Request request) {
    return switch (output.end().orElseThrow()) {
      case AnswerEvent.Completed _, AnswerEvent.Incomplete _ ->
          Json.reply(200, Completion.whole(answer.stream().publicId(), output), answer.headers());
      case AnswerEvent.Failed(var code, var message) ->
          AnswerFailure.reply(AnswerFailure.of(code, message), answer, request);
      case AnswerEvent.Cancelled() ->
          AnswerFailure.reply(AnswerFailure.cancelled(), answer, request);
    };
  }
}
