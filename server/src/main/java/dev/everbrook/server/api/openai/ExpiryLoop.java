package dev.everbrook.server.api.openai;

import dev.everbrook.engine.Engine;
import dev.everbrook.engine.world.Loop;
import java.time.Duration;

/**
 * Deletes expired rows: old keys, and responses with {@code store: false}. One bounded batch a
 * step; any node may run it. Safe for use by many threads; its creator closes it.
 */
final class ExpiryLoop implements AutoCloseable {

  /**
   * How long a response with {@code store: false} is kept after its request: as long as its client
   * may wait for it and repeat the request with its key.
   */
  static final Duration PASSING_KEPT = Duration.ofHours(1);

  private static final int KEYS_MAX = 1_000;
  private static final int RESPONSES_MAX = 100;
  private static final Duration REST = Duration.ofMinutes(1);

  /** How long to wait for a step on close; the engine's own close aborts it after that. */
  private static final Duration CLOSE_MAX = Duration.ofSeconds(1);

  private final Engine engine;
  private final Responses responses;
  private final IdempotencyKeys keys;
  private final Duration passingKept;
  private final Loop loop;

  ExpiryLoop(Engine engine, Responses responses) {
    this(engine, responses, PASSING_KEPT);
  }

  ExpiryLoop(Engine engine, Responses responses, Duration passingKept) {
    this.engine = engine;
    this.responses = responses;
    this.keys = new IdempotencyKeys(engine.database());
    this.passingKept = passingKept;
    this.loop = engine.loop("forget", this::step);
  }

  /** Returns how long to rest: zero after a full batch. */
  Duration step() {
    int forgotten = keys.forget(KEYS_MAX);
    int removed = removePassing();
    return forgotten == KEYS_MAX || removed == RESPONSES_MAX ? Duration.ZERO : REST;
  }

  private int removePassing() {
    long[] passing = responses.passing(passingKept, RESPONSES_MAX);
    for (long stream : passing) {
      remove(stream);
    }
    return passing.length;
  }

  /** Removes a response with its stream, which must have ended. */
  void remove(long stream) {
    engine
        .database()
        .<Boolean>tx(tx -> {
          responses.remove(tx, stream);
          return engine.removal().remove(tx, stream);
        });
  }

  @Override
  public void close() {
    loop.close(CLOSE_MAX);
  }
}
