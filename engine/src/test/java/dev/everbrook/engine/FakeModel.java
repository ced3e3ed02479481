package dev.everbrook.engine;

import dev.everbrook.model.ChatModel;
import dev.everbrook.model.Failure;
import dev.everbrook.model.FinishReason;
import dev.everbrook.model.ModelCall;
import dev.everbrook.model.ModelEvent;
import dev.everbrook.model.ModelRequest;
import dev.everbrook.model.Usage;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A provider that says what the test tells it, call by call. */
public final class FakeModel implements ChatModel {

  private static final int WAIT_S = 20;
  private final BlockingQueue<FakeCall> opened = new LinkedBlockingQueue<>();

  @Override
  public ModelCall open(ModelRequest request) {
    FakeCall call = new FakeCall(request);
    opened.add(call);
    return call;
  }

  /** Waits for the next call that the engine opens. */
  public FakeCall called() throws InterruptedException {
    FakeCall call = opened.poll(WAIT_S, TimeUnit.SECONDS);
    if (call == null) {
      throw new AssertionError("the model was not called within " + WAIT_S + " s");
    }
    return call;
  }

  public boolean wasCalledAgain() {
    return !opened.isEmpty();
  }

  /** One call, whose other end the test holds. */
  public static final class FakeCall implements ModelCall {

    private final ModelRequest request;
    private final BlockingQueue<ModelEvent> events = new LinkedBlockingQueue<>();
    private final CountDownLatch cancelled = new CountDownLatch(1);

    FakeCall(ModelRequest request) {
      this.request = request;
    }

    public ModelRequest request() {
      return request;
    }

    public FakeCall says(String... pieces) {
      for (String piece : pieces) {
        events.add(new ModelEvent.Text(piece));
      }
      return this;
    }

    public FakeCall thinks(String... pieces) {
      for (String piece : pieces) {
        events.add(new ModelEvent.Thinking(piece));
      }
      return this;
    }

    public FakeCall refuses(String piece) {
      events.add(new ModelEvent.Refusal(piece));
      return this;
    }

    /** Begins a tool call. */
    public FakeCall calls(int slot, String id, String name) {
      events.add(new ModelEvent.ToolCall(slot, Optional.of(id), Optional.of(name), ""));
      return this;
    }

    public FakeCall arguments(int slot, String piece) {
      events.add(new ModelEvent.ToolCall(slot, Optional.empty(), Optional.empty(), piece));
      return this;
    }

    public FakeCall skips(int lines) {
      events.add(new ModelEvent.Skipped(lines));
      return this;
    }

    public void finishes() {
      finishes(new FinishReason.Stop());
    }

    public void finishes(FinishReason reason) {
      events.add(new ModelEvent.Finished(reason, Optional.of(new Usage(3, 5))));
    }

    public void fails(Failure failure) {
      events.add(new ModelEvent.Failed(failure, Optional.empty()));
    }

    public boolean isCancelled() throws InterruptedException {
      return cancelled.await(WAIT_S, TimeUnit.SECONDS);
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
          ModelEvent event = take();
          over = event instanceof ModelEvent.Finished || event instanceof ModelEvent.Failed;
          return event;
        }
      };
    }

    private ModelEvent take() {
      try {
        return events.take();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return new ModelEvent.Failed(new Failure.Cancelled("interrupted"), Optional.empty());
      }
    }

    @Override
    public void cancel(String why) {
      cancelled.countDown();
      fails(new Failure.Cancelled(why));
    }

    @Override
    public void close() {
      cancelled.countDown();
    }
  }
}
