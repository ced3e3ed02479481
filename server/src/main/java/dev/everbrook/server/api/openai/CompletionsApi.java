package dev.everbrook.server.api.openai;

import dev.everbrook.engine.Engine;
import dev.everbrook.engine.answer.AnswerEvent;
import dev.everbrook.engine.answer.Question;
import dev.everbrook.engine.live.Tail;
import dev.everbrook.engine.stream.StreamRef;
import dev.everbrook.engine.world.World;
import dev.everbrook.server.api.openai.Answering.Opening;
import dev.everbrook.server.api.openai.Asking.Asked;
import dev.everbrook.server.chat.AnswerHeaders;
import dev.everbrook.server.http.Reply;
import dev.everbrook.server.http.Request;
import java.util.Optional;

/** {@code POST /v1/chat/completions}. Safe for use by many threads. */
final class CompletionsApi {

  static final String PATH = "/v1/chat/completions";

  private final Engine engine;
  private final Asking asking;
  private final Answering answering;

  CompletionsApi(Engine engine, World world) {
    this.engine = engine;
    this.asking = new Asking(engine);
    this.answering = new Answering(engine.tails(), world);
  }

  Reply create(Request request) throws InterruptedException {
    Body body = Body.of(request);
    CompletionRequest asked = CompletionRequest.of(body);
    Optional<Keys.Key> key = Keys.Key.of(request, PATH, body);
    Question question =
        new Question(request.principal(), asked.model(), asked.messages()).with(asked.parameters());
    Asked answer =
        asking.ask(
            AnswerHeaders.of(request).on(question),
            key,
            (_, _) -> {
              // Nothing of a chat completion is kept beside its stream.
            });
    return asked.stream() ? streamed(answer, asked, request) : whole(answer, request);
  }

  private Reply streamed(Asked answer, CompletionRequest asked, Request request)
      throws InterruptedException {
    long after = Place.after("Last-Event-ID", request.header("last-event-id"));
    StreamRef stream = answer.stream();
    long lastReset =
        answer.again() ? Window.lastReset(engine.log(), stream.id()) : Window.NOTHING_VOID;
    CompletionDialect dialect =
        new CompletionDialect(stream.publicId(), asked.usage(), new Window(after, lastReset));
    Tail tail = engine.tails().follow(stream, 0);
    boolean followed = false;
    try {
      Opening opening =
          after == Place.START
              ? answering.opening(tail, dialect)
              : new Opening(new byte[0], Optional.empty());
      if (opening.failed().isPresent()) {
        return AnswerFailure.reply(opening.failed().get(), answer, request);
      }
      followed = true;
      return new Reply.Follow(tail, dialect, opening.frames(), answer.headers());
    } finally {
      if (!followed) {
        tail.close();
      }
    }
  }

  private Reply whole(Asked answer, Request request) throws InterruptedException {
    Output output = answering.whole(answer.stream(), request);
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
