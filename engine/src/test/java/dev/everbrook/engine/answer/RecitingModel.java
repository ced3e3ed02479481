package dev.everbrook.engine.answer;

import dev.everbrook.model.ChatModel;
import dev.everbrook.model.Failure;
import dev.everbrook.model.FinishReason;
import dev.everbrook.model.Message;
import dev.everbrook.model.ModelCall;
import dev.everbrook.model.ModelEvent;
import dev.everbrook.model.ModelRequest;
import dev.everbrook.model.Usage;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * Answers every question with the same words, and goes on from any beginning of them. It says a
 * word for each permit it is given, or all it has to say once it is {@link #freed}.
 */
final class RecitingModel implements ChatModel {

  private static final int WAIT_S = 30;

  private final List<String> words;
  private final Semaphore permits;

  private RecitingModel(int words, int permits) {
    this.words = IntStream.rangeClosed(1, words).mapToObj(i -> "w" + i + " ").toList();
    this.permits = new Semaphore(permits);
  }

  static RecitingModel freed(int words) {
    return new RecitingModel(words, Integer.MAX_VALUE / 2);
  }

  static RecitingModel held(int words) {
    return new RecitingModel(words, 0);
  }

  void free(int more) {
    permits.release(more);
  }

  String text() {
    return String.join("", words);
  }

  @Override
  public ModelCall open(ModelRequest request) {
    boolean begun = request.continuing();
    String beginning =
        begun && request.messages().getLast() instanceof Message.Said(_, var text) ? text : "";
    if (!text().startsWith(beginning)) {
      throw new AssertionError("asked to go on from what it never said: " + beginning);
    }
    int from = (int) beginning.chars().filter(c -> c == ' ').count();
    return new Recital(words.subList(from, words.size()));
  }

  private final class Recital implements ModelCall {

    private final Iterator<String> rest;
    private volatile boolean cancelled;

    Recital(List<String> rest) {
      this.rest = rest.iterator();
    }

    @Override
    public Iterator<ModelEvent> iterator() {
      return new Iterator<>() {
        private boolean over;

        @Override
        public boolean hasNext() {
          return !over;
        }

        @Override
        public ModelEvent next() {
          if (over) {
            throw new NoSuchElementException();
          }
          ModelEvent event = say();
          over = !(event instanceof ModelEvent.Text);
          return event;
        }
      };
    }

    private ModelEvent say() {
      try {
        boolean allowed = permits.tryAcquire(WAIT_S, TimeUnit.SECONDS);
        if (cancelled || !allowed) {
          permits.release();
          return new ModelEvent.Failed(new Failure.Cancelled("stopped"), Optional.empty());
        }
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
        return new ModelEvent.Failed(new Failure.Cancelled("interrupted"), Optional.empty());
      }
      return rest.hasNext()
          ? new ModelEvent.Text(rest.next())
          : new ModelEvent.Finished(new FinishReason.Stop(), Optional.of(new Usage(1, 1)));
    }

    @Override
    public void cancel(String why) {
      cancelled = true;
      permits.release(); // for the one that waits
    }

    @Override
    public void close() {}
  }
}
