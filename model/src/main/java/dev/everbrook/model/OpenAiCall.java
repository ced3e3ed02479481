package dev.everbrook.model;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * One call: sends the request when first iterated, then turns what comes into events.
 *
 * <p>Invariants. (1) Exactly one closing event, and nothing after it. (2) Whoever ends the call
 * from this side is believed over whatever the broken connection then says. (3) {@code Finished}
 * needs a finish reason of the provider; every other end is a failure. (4) When the closing event
 * is handed out, the connection is closed or back in the pool and no alarm is left.
 */
final class OpenAiCall implements ModelCall {

  /** How long to wait after the finish reason for the usage, which comes in a chunk of its own. */
  private static final Duration GRACE = Duration.ofSeconds(2);

  /** How long to wait for the end of the body once all is said, so the connection can be reused. */
  private static final Duration LINGER = Duration.ofMillis(50);

  private final OpenAiModel model;
  private final ModelRequest request;
  private final Upstream upstream;
  private final AtomicBoolean asked = new AtomicBoolean();

  private final Queue<ModelEvent> ready = new ArrayDeque<>();
  private final AnswerReader answer;
  private @Nullable SseReader frames;
  private boolean done;
  private boolean over;

  OpenAiCall(OpenAiModel model, Upstream upstream, ModelRequest request) {
    this.model = model;
    this.request = request;
    this.upstream = upstream;
    this.answer = new AnswerReader(request.model(), ready);
  }

  @Override
  public Iterator<ModelEvent> iterator() {
    if (asked.getAndSet(true)) {
      throw new IllegalStateException("a call can be iterated once; open another one");
    }
    return new Events();
  }

  @Override
  public void cancel(String why) {
    upstream.end(new Failure.Cancelled(why));
  }

  @Override
  public void close() {
    cancel("The call was closed.");
  }

  private boolean wasEnded() {
    if (Thread.currentThread().isInterrupted()) {
      upstream.end(new Failure.Cancelled("The thread that reads the answer was interrupted."));
    }
    return upstream.ended().isPresent();
  }

  private void step() {
    if (wasEnded()) {
      ready.clear();
      end();
    } else if (frames == null) {
      begin();
    } else {
      try {
        take(frames.next());
      } catch (IOException broken) {
        end();
      }
    }
  }

  private void begin() {
    upstream.begin();
    switch (new Opening(model, upstream).send(request)) {
      case Reply.Events(var events) -> frames = events;
      case Reply.Refused(var failure) -> fail(failure);
      case Reply.Document(var json) -> {
        read("", json);
        end();
      }
    }
  }

  private void take(Frame frame) {
    switch (frame) {
      case Frame.End() -> end();
      case Frame.TooLong(var bytesMax) -> fail(model.diagnosis().tooLong(bytesMax));
      case Frame.Event(_, var data, _) when done || data.isBlank() -> {}
      case Frame.Event(_, var data, _) when data.stripLeading().startsWith("[DONE]") -> done();
      case Frame.Event(var name, var data, var whole) when whole -> read(name, data);
      case Frame.Event(var name, var data, _) -> readCut(name, data);
    }
  }

  private void done() {
    done = true;
    if (answer.reason().isPresent()) {
      upstream.settle(LINGER);
    } else {
      end();
    }
  }

  private void read(String name, String data) {
    try {
      GluedJson.read(data).forEach(node -> take(name, node));
    } catch (JacksonException notJson) {
      fail(
          name.equals("error")
              ? model.diagnosis().inStream(new ProviderError(data, "", ""))
              : model.diagnosis().unreadable(data));
    }
  }

  /** The stream ended within an event: it counts if it can be read and says how things end. */
  private void readCut(String name, String data) {
    try {
      for (JsonNode node : GluedJson.read(data)) {
        if (AnswerReader.holdsTheEnd(node) || ProviderError.in(node).isPresent()) {
          take(name, node);
        }
      }
    } catch (JacksonException cut) {
      end();
    }
  }

  private void take(String name, JsonNode node) {
    if (over) {
      return;
    }
    Optional<ProviderError> error =
        name.equals("error") ? Optional.of(ProviderError.known(node)) : ProviderError.in(node);
    boolean finished = answer.reason().isPresent();
    if (error.isPresent() && !finished) {
      fail(model.diagnosis().inStream(error.get()));
    } else if (AnswerReader.gaveUp(node) && !finished) {
      fail(model.diagnosis().gaveUp());
    } else {
      boolean spoke = answer.spoke();
      boolean counted = answer.usage().isPresent();
      answer.read(node);
      settle(spoke, finished, counted);
    }
  }

  private void settle(boolean spokeBefore, boolean finishedBefore, boolean countedBefore) {
    boolean finished = answer.reason().isPresent();
    boolean counted = answer.usage().isPresent();
    if (finished && (!finishedBefore || counted != countedBefore)) {
      upstream.settle(counted ? LINGER : GRACE);
    } else if (!finished && !spokeBefore && answer.spoke()) {
      upstream.speaking();
    }
  }

  /** The body is over, for whatever reason; what is known by now decides what that means. */
  private void end() {
    Optional<FinishReason> reason = answer.reason();
    if (!over && reason.isPresent() && !wasEnded()) {
      answer.finish();
      close(new ModelEvent.Finished(reason.get(), answer.usage()));
    } else {
      fail(model.diagnosis().truncated());
    }
  }

  private void fail(Failure failure) {
    if (!over) {
      wasEnded();
      close(new ModelEvent.Failed(upstream.ended().orElse(failure), answer.usage()));
    }
  }

  private void close(ModelEvent last) {
    over = true;
    upstream.close();
    ready.add(last);
  }

  /** Works one step at a time, and only as far as the next event. */
  private final class Events implements Iterator<ModelEvent> {
    @Override
    public boolean hasNext() {
      while (!over && (wasEnded() || ready.isEmpty())) {
        step();
      }
      return !ready.isEmpty();
    }

    @Override
    public ModelEvent next() {
      if (!hasNext()) {
        throw new NoSuchElementException("the call has ended");
      }
      return ready.remove();
    }
  }
}
