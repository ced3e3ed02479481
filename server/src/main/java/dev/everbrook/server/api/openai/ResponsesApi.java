package dev.everbrook.server.api.openai;

import dev.everbrook.engine.Engine;
import dev.everbrook.engine.answer.AnswerEvent;
import dev.everbrook.engine.answer.Question;
import dev.everbrook.engine.stream.StreamRef;
import dev.everbrook.engine.world.World;
import dev.everbrook.model.Message;
import dev.everbrook.server.api.openai.IdempotentAnswers.Accepted;
import dev.everbrook.server.chat.AnswerHeaders;
import dev.everbrook.server.chat.ReaderAdmission;
import dev.everbrook.server.chat.ReaderPosition;
import dev.everbrook.server.http.AfterCommit;
import dev.everbrook.server.http.JsonBody;
import dev.everbrook.server.http.Reply;
import dev.everbrook.server.http.Request;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** {@code POST /v1/responses}. Safe for use by many threads. */
final class ResponsesApi {

  static final String PATH = "/v1/responses";

  private final Engine engine;
  private final World world;
  private final Responses responses;
  private final PreviousTurns turns;
  private final IdempotentAnswers asking;
  private final AnswerWaiter answering;

  ResponsesApi(Engine engine, World world, Responses responses) {
    this.engine = engine;
    this.world = world;
    this.responses = responses;
    this.turns = new PreviousTurns(responses, engine.log());
    this.asking = new IdempotentAnswers(engine);
    this.answering = new AnswerWaiter(engine.tails(), world);
  }

  Reply create(Request request) throws InterruptedException {
    JsonBody body = JsonBody.of(request);
    ResponseRequest asked = ResponseRequest.of(body);
    Optional<IdempotencyKeys.Key> key = IdempotencyKeys.Key.of(request, PATH, body);
    if (asked.stream()) {
      ReaderAdmission.refuse(request);
    }
    Accepted answer = key.flatMap(asking::again).orElseGet(() -> ask(request, asked, key));
    ResponseObject object =
        answer.again()
            ? responses
                .of(request.principal(), answer.stream().id())
                .orElseThrow(() -> deleted(answer))
                .object()
            : new ResponseObject(answer.stream().publicId(), asked.shown());
    if (asked.stream()) {
      return followed(engine, answer, object, ReaderPosition.START);
    }
    AfterCommit.accepted(AnswerFailure.unwaited(answer, request));
    return asked.background()
        ? begun(answer, object, asked.model())
        : whole(answer, object, request);
  }

  private static OpenAiError.Refused deleted(Accepted answer) {
    return IdempotentAnswers.deleted(
        "The response " + ResponseIds.response(answer.stream().publicId()) + " was deleted.");
  }

  private Accepted ask(Request request, ResponseRequest asked, Optional<IdempotencyKeys.Key> key) {
    AnswerHeaders headers = AnswerHeaders.of(request);
    List<ObjectNode> before =
        asked.previous().map(it -> turns.before(request.principal(), it)).orElse(List.of());
    List<Message> messages =
        new Conversation()
            .instructed(asked.instructions())
            .add(before)
            .add(asked.input())
            .messages();
    Question question =
        new Question(
                request.principal(), asked.model(), CompletionRequest.bounded(messages, "input"))
            .with(asked.parameters());
    return asking.ask(
        headers.on(question),
        key,
        (tx, stream) -> responses.put(tx, stream, request.principal(), asked));
  }

  /**
   * Follows the events after {@code after}, of an answer that other readers may have followed
   * before.
   */
  static Reply followed(Engine engine, Accepted answer, ResponseObject object, long after) {
    StreamRef stream = answer.stream();
    long lastReset =
        answer.again()
            ? ReplayFilter.lastReset(engine.log(), stream.id())
            : ReplayFilter.NOTHING_VOID;
    return new Reply.Follow(
        engine.tails().follow(stream, 0),
        new ResponseDialect(object, new ReplayFilter(after, lastReset)),
        new byte[0],
        answer.headers());
  }

  private Reply begun(Accepted answer, ResponseObject object, String model)
      throws InterruptedException {
    AnswerOutput output =
        AfterCommit.read(() -> AnswerOutput.of(engine.log(), answer.stream().id()))
            .orElseGet(() -> AnswerOutput.asked(model, world.now()));
    return Json.reply(200, object.of(output), answer.headers());
  }

  private Reply whole(Accepted answer, ResponseObject object, Request request) {
    return answering
        .whole(answer.stream(), request)
        .map(output -> whole(answer, object, output, request))
        .orElseGet(() -> AnswerFailure.unwaited(answer, request));
  }

  private static Reply whole(
      Accepted answer, ResponseObject object, AnswerOutput output, Request request) {
    if (output.end().orElseThrow() instanceof AnswerEvent.Failed(String code, String message)) {
      return AnswerFailure.reply(AnswerFailure.of(code, message), answer, request);
    }
    return Json.reply(200, object.of(output), answer.headers());
  }
}
