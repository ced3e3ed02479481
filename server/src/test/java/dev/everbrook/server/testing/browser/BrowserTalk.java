package dev.everbrook.server.testing.browser;

import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;

/**
 * A model that talks at its own pace for as long as a test needs it to, however slow the machine.
 * Who starts it closes it, which ends the answer.
 */
public final class BrowserTalk implements AutoCloseable {

  private static final Duration WORD = Duration.ofMillis(15);
  private static final int WORDS_MAX = 10_000;

  private final BrowserScript.Part part;
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private final AtomicBoolean ended = new AtomicBoolean();
  private final ScheduledFuture<?> ticking;

  private BrowserTalk(BrowserScript.Part part, Iterator<String> tokens, Duration pause) {
    this.part = part;
    Runnable tick =
        () -> {
          if (!tokens.hasNext()) {
            end();
          } else if (!ended.get()) {
            part.say(tokens.next());
          }
        };
    this.ticking = clock.scheduleAtFixedRate(tick, 0, pause.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Says these, one at a time, and ends. */
  public static BrowserTalk of(BrowserScript.Part part, Iterator<String> tokens, Duration pause) {
    return new BrowserTalk(part, tokens, pause);
  }

  /** Counts words, as the simulator does: {@code w17} is the seventeenth. */
  public static BrowserTalk on(BrowserScript.Part part) {
    Iterator<String> words =
        IntStream.rangeClosed(1, WORDS_MAX).mapToObj(word -> "w" + word + " ").iterator();
    return new BrowserTalk(part, words, WORD);
  }

  /** Says no more. */
  public void end() {
    if (ended.compareAndSet(false, true)) {
      part.end();
    }
  }

  @Override
  public void close() {
    end();
    ticking.cancel(false);
    clock.close();
  }
}
