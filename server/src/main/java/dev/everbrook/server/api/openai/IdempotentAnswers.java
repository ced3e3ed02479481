package dev.everbrook.server.api.openai;

import dev.everbrook.engine.Engine;
import dev.everbrook.engine.answer.Question;
import dev.everbrook.engine.store.Tx;
import dev.everbrook.engine.stream.Head;
import dev.everbrook.engine.stream.StreamRef;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BiConsumer;

/** Starts one answer for all requests with the same key. Safe for use by many threads. */
final class IdempotentAnswers {

  /**
   * The answer of a request.
   *
   * @param again whether an earlier request started it
   */
  record Accepted(StreamRef stream, boolean again) {

    /** The headers of every reply about it. */
    Map<String, String> headers() {
      return Map.of("everbrook-stream", stream.publicId().toString());
    }
  }

  private final Engine engine;
  private final IdempotencyKeys keys;

  IdempotentAnswers(Engine engine) {
    this.engine = engine;
    this.keys = new IdempotencyKeys(engine.database());
  }

  /** The answer of an earlier request with this key. */
  Optional<Accepted> again(IdempotencyKeys.Key key) {
    return keys.find(key).map(stream -> again(key, stream));
  }

  /**
   * Asks, unless an earlier request with the same key did so.
   *
   * @param alongside writes that belong to the same transaction
   */
  Accepted ask(
      Question question, Optional<IdempotencyKeys.Key> key, BiConsumer<Tx, StreamRef> alongside) {
    Optional<StreamRef> stream =
        engine
            .database()
            .tx(tx -> {
              if (key.isPresent() && !keys.claim(tx, key.get())) {
                return Optional.empty();
              }
              StreamRef asked = engine.answers().ask(tx, question).stream();
              key.ifPresent(it -> keys.name(tx, it, asked.id()));
              alongside.accept(tx, asked);
              return Optional.of(asked);
            });
    return stream
        .map(it -> new Accepted(it, false))
        .or(() -> key.flatMap(this::again))
        .orElseThrow(() -> new IllegalStateException("a key was taken and is not there"));
  }

  private Accepted again(IdempotencyKeys.Key key, OptionalLong stream) {
    if (stream.isPresent()) {
      Map<Long, Head> head = engine.log().heads(new long[] {stream.getAsLong()});
      if (!head.isEmpty()) {
        return new Accepted(head.values().iterator().next().ref(), true);
      }
    }
    throw deleted("The answer to the Idempotency-Key '" + key.text() + "' was deleted.");
  }

  static OpenAiError.Refused deleted(String message) {
    return new OpenAiError(404, OpenAiError.INVALID, "answer_deleted", null, message).refused();
  }
}
