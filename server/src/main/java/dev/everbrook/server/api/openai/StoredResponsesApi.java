package dev.everbrook.server.api.openai;

import dev.everbrook.engine.Engine;
import dev.everbrook.engine.stream.StreamState;
import dev.everbrook.engine.text.Excerpt;
import dev.everbrook.server.api.openai.IdempotentAnswers.Accepted;
import dev.everbrook.server.chat.OwnAnswers;
import dev.everbrook.server.chat.ReaderPosition;
import dev.everbrook.server.http.Reply;
import dev.everbrook.server.http.Request;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** The operations on a response by its id. Safe for use by many threads. */
final class StoredResponsesApi {

  private static final String STARTING_AFTER = "starting_after";

  private final Engine engine;
  private final Responses responses;
  private final ExpiryLoop forgetting;

  StoredResponsesApi(Engine engine, Responses responses, ExpiryLoop forgetting) {
    this.engine = engine;
    this.responses = responses;
    this.forgetting = forgetting;
  }

  Reply get(Request request) {
    Responses.Stored stored = stored(request);
    if (!request.parameter("stream").orElse("").equals("true")) {
      return now(stored);
    }
    Optional<String> place =
        request.parameter(STARTING_AFTER).or(() -> request.header("last-event-id"));
    long after =
        ReaderPosition.within(
            new OwnAnswers(engine.log()),
            engine.log().headOf(stored.stream().id()),
            STARTING_AFTER,
            place.map(it -> ReaderPosition.of(STARTING_AFTER, it)).orElse(ReaderPosition.START));
    return ResponsesApi.followed(engine, asked(stored), stored.object(), after);
  }

  /** Cancels a response, in the background or not. */
  Reply cancel(Request request) throws InterruptedException {
    Responses.Stored stored = stored(request);
    engine.answers().cancel(request.principal(), stored.stream().publicId());
    return now(stored);
  }

  Reply inputItems(Request request) {
    Responses.Stored stored = stored(request);
    List<ObjectNode> items = InputList.named(stored);
    return Json.reply(200, InputList.page(items, request), asked(stored).headers());
  }

  Reply delete(Request request) throws InterruptedException {
    Responses.Stored stored = stored(request);
    boolean ended =
        engine
            .answers()
            .cancel(request.principal(), stored.stream().publicId())
            .filter(it -> it != StreamState.OPEN)
            .isPresent();
    if (!ended) {
      throw new OpenAiError(
              409,
              OpenAiError.INVALID,
              "still_being_written",
              null,
              "The response is being stopped; try to delete it again in a second.")
          .refused();
    }
    forgetting.remove(stored.stream().id());
    return Json.reply(
        200,
        Json.object()
            .put("id", ResponseIds.response(stored.stream().publicId()))
            .put("object", "response")
            .put("deleted", true),
        asked(stored).headers());
  }

  private Reply now(Responses.Stored stored) {
    AnswerOutput output = AnswerOutput.of(engine.log(), stored.stream().id());
    return Json.reply(200, stored.object().of(output), asked(stored).headers());
  }

  private static Accepted asked(Responses.Stored stored) {
    return new Accepted(stored.stream(), true);
  }

  private Responses.Stored stored(Request request) {
    String id = request.part("id");
    return ResponseIds.stream(id)
        .filter(it -> engine.log().head(request.principal(), it).isPresent())
        .flatMap(it -> responses.find(request.principal(), it))
        .orElseThrow(() ->
            new OpenAiError(
                    404,
                    OpenAiError.INVALID,
                    "response_not_found",
                    "id",
                    "There is no response with the id '" + Excerpt.of(id) + "'.")
                .refused());
  }
}
