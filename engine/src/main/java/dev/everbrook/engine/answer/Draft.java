package dev.everbrook.engine.answer;

import dev.everbrook.engine.answer.AnswerEvent.Kind;
import dev.everbrook.engine.stream.StreamFailure;
import dev.everbrook.engine.stream.StreamState;
import dev.everbrook.engine.world.World;
import dev.everbrook.model.ModelEvent;
import dev.everbrook.model.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * An answer while the model writes: gathers text until it is enough for an event, and writes the
 * gathered text before any other event.
 *
 * <p>One thread pours. Beside it only the alarm writes, when text was held for its full time and no
 * further text came. The lock excludes these two from each other. The alarm never waits for the
 * lock, since its holder writes the text that is due. The alarm writes nothing after the draft is
 * closed or ended.
 */
final class Draft implements AutoCloseable {

  private static final Duration BUSY = Duration.ofMillis(5);
  private static final Duration FULL = Duration.ofMillis(50);

  private final AnswerLog sheet;
  private final Granularity size;
  private final Alarms alarms;
  private final World world;
  private final ReentrantLock lock = new ReentrantLock();
  private Ingest ingest = new Ingest();
  private Gathering gathering;
  private final List<ModelEvent.LeftOut> untold = new ArrayList<>();
  private Kind kind = Kind.TEXT;
  private boolean inWord;
  private boolean armed;
  private boolean over;

  Draft(AnswerLog sheet, Granularity size, Alarms alarms, World world) {
    this.sheet = sheet;
    this.size = size;
    this.alarms = alarms;
    this.world = world;
    this.gathering = new Gathering(size);
  }

  /** The next piece of text, refusal or reasoning. */
  void say(Kind of, String piece) throws InterruptedException {
    alone(() -> {
      if (of != kind) {
        finish();
        gathering.anew();
        kind = of;
      } else if (!piece.isEmpty() && Character.isWhitespace(piece.charAt(0))) {
        tell();
      }
      sheet.put(kind, gathering.add(ingest.clean(piece), world.nanos()));
      if (!piece.isEmpty()) {
        inWord = !Character.isWhitespace(piece.charAt(piece.length() - 1));
      }
      if (!inWord) {
        tell();
      }
      arm();
    });
  }

  /** The next piece of a tool call. */
  void call(ModelEvent.ToolCall piece) throws InterruptedException {
    alone(() -> {
      finish();
      gathering.anew();
      sheet.put(piece);
    });
  }

  void add(ModelEvent.Media media) throws InterruptedException {
    alone(() -> {
      finish();
      sheet.put(media);
    });
  }

  void add(ModelEvent.Annotation annotation) throws InterruptedException {
    alone(() -> {
      release();
      sheet.put(annotation);
    });
  }

  void add(ModelEvent.Keep keep) throws InterruptedException {
    alone(() -> {
      release();
      sheet.put(keep);
    });
  }

  /** A notice becomes a line in the text, so it waits for the end of the word. */
  void add(ModelEvent.LeftOut left) throws InterruptedException {
    alone(() -> {
      untold.add(left);
      if (!inWord) {
        tell();
      }
    });
  }

  /** Voids all content so far, for the readers too. */
  void reset() throws InterruptedException {
    alone(() -> {
      ingest = new Ingest();
      gathering = new Gathering(size);
      untold.clear();
      inWord = false;
      sheet.reset();
    });
  }

  /** Announces that the model will be asked again; returns when all events are durable. */
  void waiting(String reason, Optional<Instant> retryAt) throws InterruptedException {
    alone(() -> {
      finish();
      sheet.write(new AnswerEvent.Waiting(reason, retryAt));
      sheet.flush();
    });
  }

  /** Writes all held text; returns when all events are durable. */
  void settle() throws InterruptedException {
    alone(() -> {
      finish();
      sheet.flush();
    });
  }

  /** Ends the stream. */
  void end(AnswerEvent.End last, StreamState state, Optional<Usage> usage, Optional<String> error)
      throws InterruptedException {
    alone(() -> {
      finish();
      over = true;
      sheet.end(last, state, usage, error);
    });
  }

  /** The size in characters, including reasoning and calls. */
  long chars() {
    return sheet.chars();
  }

  /** Whether a displayable event was written since the last reset. */
  boolean hasShown() {
    return sheet.hasShown();
  }

  /** Writes all held text and notices before the next event. */
  private void finish() throws InterruptedException {
    inWord = false;
    release();
    tell();
  }

  private void tell() throws InterruptedException {
    if (!untold.isEmpty()) {
      release();
    }
    for (ModelEvent.LeftOut left : untold) {
      sheet.put(left);
    }
    untold.clear();
  }

  private void release() throws InterruptedException {
    long now = world.nanos();
    sheet.put(kind, gathering.add(ingest.rest(), now) + gathering.rest(now));
  }

  private void arm() {
    if (!armed && gathering.awaitsTime()) {
      armed = true;
      alarms.after(gathering.left(world.nanos()), this::ring);
    }
  }

  private void ring() throws InterruptedException {
    if (!lock.tryLock()) {
      alarms.after(BUSY, this::ring);
      return;
    }
    try {
      if (!over && !sheet.takesAtOnce(gathering.held())) {
        alarms.after(FULL, this::ring); // waiting here would delay all other alarms
        return;
      }
      armed = false;
      if (over) {
        return;
      }
      if (gathering.left(world.nanos()).isZero()) {
        sheet.put(kind, gathering.rest(world.nanos()));
      }
      arm();
    } catch (StreamFailure _) {
      over = true; // the pouring thread gets the same failure from its next append
    } finally {
      lock.unlock();
    }
  }

  private interface Writing {
    void write() throws InterruptedException;
  }

  private void alone(Writing writing) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      writing.write();
    } finally {
      lock.unlock();
    }
  }

  /** Discards text that is still held. */
  @Override
  public void close() {
    lock.lock();
    try {
      over = true;
    } finally {
      lock.unlock();
    }
  }
}
