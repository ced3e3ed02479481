package dev.everbrook.server.api.openai;

import dev.everbrook.engine.answer.AnswerEvent;
import dev.everbrook.engine.live.Tail;
import dev.everbrook.engine.live.TailClosed;
import dev.everbrook.engine.live.Tails;
import dev.everbrook.engine.stream.Entries;
import dev.everbrook.engine.stream.Page;
import dev.everbrook.engine.stream.StreamRef;
import dev.everbrook.engine.world.World;
import dev.everbrook.server.http.AfterCommit;
import dev.everbrook.server.http.Dialect;
import dev.everbrook.server.http.Request;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.Optional;

/**
 * Waits for answers. An answer is written whether or not a reader waits for it. Safe for use by
 * many threads.
 */
final class AnswerWaiter {

  /** How long a stream's status waits for the first displayable event. */
  static final Duration FIRST_MAX = Duration.ofSeconds(3);

  private static final Duration LOOK = Duration.ofSeconds(1);

  private final Tails tails;
  private final World world;

  AnswerWaiter(Tails tails, World world) {
    this.tails = tails;
    this.world = world;
  }

  /**
   * The beginning of a stream.
   *
   * @param frames the dialect's frames of the events so far, which the tail has passed
   * @param failed the failure, if the answer failed before any output
   */
  record Opening(byte[] frames, Optional<OpenAiError> failed) {

    /** For a stream that is resumed in the middle. */
    static final Opening NONE = new Opening(new byte[0], Optional.empty());
  }

  /**
   * Waits for the first displayable event, at most {@link #FIRST_MAX}, so that an earlier failure
   * can become the status of the response.
   *
   * @param tail at the beginning of the stream
   * @return empty if this server stops before that; the answer is still written
   */
  Optional<Opening> opening(Tail tail, Dialect dialect) {
    try {
      return Optional.of(awaitOpening(tail, dialect));
    } catch (TailClosed _) {
      return Optional.empty();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  private Opening awaitOpening(Tail tail, Dialect dialect) throws InterruptedException {
    ByteArrayOutputStream frames = new ByteArrayOutputStream();
    long start = world.nanos();
    while (true) {
      Duration left = FIRST_MAX.minusNanos(world.nanos() - start);
      if (!left.isPositive()) {
        return new Opening(frames.toByteArray(), Optional.empty());
      }
      Optional<Page> page = AfterCommit.read(() -> tail.next(left));
      if (page.isEmpty()) {
        return new Opening(frames.toByteArray(), Optional.empty()); // the reader waits for more
      }
      Entries entries = page.get().entries();
      frames.writeBytes(dialect.frames(entries, false));
      for (byte[] json : entries.events()) {
        switch (AnswerEvent.of(json)) {
          case AnswerEvent.Failed(var code, var message) -> {
            return new Opening(new byte[0], Optional.of(AnswerFailure.of(code, message)));
          }
          case AnswerEvent.Cancelled() -> {
            return new Opening(new byte[0], Optional.of(AnswerFailure.cancelled()));
          }
          case AnswerEvent.Piece _, AnswerEvent.ItemAdded _, AnswerEvent.End _ -> {
            return new Opening(frames.toByteArray(), Optional.empty());
          }
          default -> {
            // Not displayable.
          }
        }
      }
    }
  }

  /**
   * Waits for the end of the answer, as long as the client is connected and this server runs.
   *
   * @return empty if the client leaves or this server stops before the end, or if the answer cannot
   *     be read; the answer is still written
   */
  Optional<AnswerOutput> whole(StreamRef stream, Request request) {
    AnswerOutput output = new AnswerOutput();
    try (Tail tail = tails.follow(stream, 0)) {
      while (output.end().isEmpty()) {
        Optional<Page> page = AfterCommit.read(() -> tail.next(LOOK));
        page.ifPresent(it -> output.add(it.entries()));
        if (output.end().isEmpty() && (page.isEmpty() || request.isGone())) {
          return Optional.empty();
        }
      }
      return Optional.of(output);
    } catch (TailClosed _) {
      return Optional.empty();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
