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

  /** How long a stream's status waits for the first that can be shown. */
  static final Duration FIRST_MAX = Duration.ofSeconds(3);

  private static final Duration LOOK = Duration.ofSeconds(1);

  private final Tails tails;
  private final World world;

  AnswerWaiter(Tails tails, World world) {
    this.tails = tails;
    this.world = world;
  }

  /**
   * How a stream begins.
   *
   * @param frames the dialect's frames of the events so far, which the tail has passed
   * @param failed how it failed, if it did so before it said anything
   */
  record Opening(byte[] frames, Optional<OpenAiError> failed) {

    /** Of a stream that is taken up in the middle. */
    static final Opening NONE = new Opening(new byte[0], Optional.empty());
  }

  /**
   * Waits until there is something to show, at most {@link #FIRST_MAX}: what fails before that can
   * be told by the status of the response.
   *
   * @param tail at the beginning of the stream
   * @return nothing if this server leaves before that; the answer is written all the same
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
            // Nothing to show yet.
          }
        }
      }
    }
  }

  /**
   * Waits for the end, for as long as the client and this server are there.
   *
   * @return nothing if one of them leaves before the answer has ended, or if it cannot be read; it
   *     is written all the same
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
