package dev.everbrook.model;

import dev.everbrook.model.SseReader.Frame;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One call: sends the request when first iterated, then turns the response into events.
 *
 * <p>Invariants. (1) Exactly one closing event, and nothing after it. (2) An end from this side
 * decides, whatever failure the broken connection then causes. (3) {@code Finished} needs a finish
 * reason of the provider, its {@code [DONE]}, or one whole JSON document; every other end is a
 * failure. (4) A finish reason does not end the call; the end of the stream, {@code [DONE]}, or
 * silence up to the limits does. (5) When the closing event is returned, the connection is closed
 * or back in the pool, and no alarm is left.
 */
final class OpenAiCall implements ModelCall {

  /**
   * How long to wait for the end of the body after the end mark, so that the connection can be
   * reused.
   */
  private static final Duration LINGER = Duration.ofMillis(50);

  private static final Set<String> HEARTBEATS =
      Set.of("ping", "heartbeat", "keepalive", "keep-alive", "keep_alive");

  private static final List<String> ENVELOPES =
      List.of("data", "result", "response", "output", "body");

  private final Endpoint endpoint;
  private final ModelRequest request;
  private final Upstream upstream;
  private final AtomicBoolean asked = new AtomicBoolean();

  private final Queue<ModelEvent> ready = new ArrayDeque<>();
  private final AnswerReader answer;
  private @Nullable SseReader frames;
  private Optional<ProviderError> complaint = Optional.empty();
  private Optional<String> stray = Optional.empty();
  private Optional<String> lastStray = Optional.empty();
  private Optional<String> other = Optional.empty();
  private int strays;
  private boolean bare;
  private boolean answerless;
  private boolean document;
  private boolean torn;
  private boolean done;
  private boolean over;

  OpenAiCall(Endpoint endpoint, Upstream upstream, ModelRequest request) {
    this.endpoint = endpoint;
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
      fail(endpoint.diagnosis().truncated());
    } else if (frames == null) {
      begin();
    } else {
      try {
        take(frames.next());
      } catch (ZipException damaged) {
        fail(endpoint.diagnosis().damaged(damaged));
      } catch (IOException broken) {
        end(!upstream.hasSettled());
      }
    }
  }

  private void begin() {
    upstream.begin();
    switch (new Opening(endpoint, upstream).send(request)) {
      case Opening.Reply.Frames(var reply) -> frames = reply;
      case Opening.Reply.Refused(var failure) -> fail(failure);
    }
  }

  private void take(Frame frame) {
    switch (frame) {
      case Frame.End() -> end(false);
      case Frame.TooLong(var bytesMax) -> fail(endpoint.diagnosis().tooLong(bytesMax));
      case Frame.Event(var name, var data, _) when data.isBlank() -> {
        if (isError(name)) {
          take(name, Json.MAPPER.valueToTree(""));
        }
      }
      case Frame.Event(var name, var data, var whole) -> read(name, data, whole);
      case Frame.Document(var json, var whole) -> {
        bare = true;
        read("", json, whole);
        bare = false;
      }
    }
  }

  private void read(String name, String data, boolean whole) {
    if (GluedJson.isDone(data)) {
      done();
      return;
    }
    GluedJson read = GluedJson.read(data);
    read.values().forEach(node -> take(name, node));
    read.unreadable().ifPresent(text -> unreadable(name, text, whole));
  }

  /** Handles the provider's end mark; only usage can still follow. */
  private void done() {
    if (done) {
      return;
    }
    done = true;
    answer.isWhole();
    if (answer.reason().isPresent()) {
      upstream.settle(LINGER);
    } else {
      end(false);
    }
  }

  /**
   * Handles text that is not JSON: skipped by default, except for a part of the answer and an
   * error.
   */
  private void unreadable(String name, String text, boolean whole) {
    if (over) {
      return;
    }
    boolean ofTheAnswer = text.contains("\"choices\"") || text.contains("\"delta\"");
    if (isError(name) && !isSettled()) {
      fail(endpoint.diagnosis().inStream(new ProviderError(text, "", ""), answer.spoke()));
    } else if (!ofTheAnswer || isSettled()) {
      skip(text);
    } else if (whole) {
      fail(endpoint.diagnosis().unreadable(text));
    } else {
      torn = true; // cut by the end of the stream, which comes next
    }
  }

  private void skip(String text) {
    strays++;
    lastStray = Optional.of(endpoint.diagnosis().quote(text));
    stray = stray.or(() -> lastStray);
  }

  /**
   * Whether no further data can change the answer: its finish reason is at the end, or it is a
   * whole document.
   */
  private boolean isSettled() {
    return answer.isSettled() || document && answer.reason().isPresent();
  }

  private void take(String name, JsonNode node) {
    if (over) {
      return;
    }
    if (done) {
      answer.count(node);
    } else if (node.isArray() && !node.isEmpty() && ProviderError.in(node).isEmpty()) {
      node.forEach(element -> take(name, element));
    } else if (node.isContainer()) {
      object(name, node);
    } else if (node.isString() && GluedJson.isDone(node.stringValue())) {
      done();
    } else if (node.isString() && node.stringValue().startsWith("{")) {
      read(name, node.stringValue(), true); // a proxy has encoded it as a JSON string
    } else {
      unreadable(name, node.isString() ? node.stringValue() : node.toString(), true);
    }
  }

  private static boolean isError(String name) {
    return name.equalsIgnoreCase("error");
  }

  private void object(String name, JsonNode node) {
    boolean settled = isSettled();
    Optional<ProviderError> error =
        isError(name) ? Optional.of(ProviderError.known(node)) : ProviderError.in(node);
    boolean about = AnswerReader.isAbout(node);
    Optional<JsonNode> within = about ? Optional.empty() : envelope(node);
    if (about || error.isEmpty()) {
      int before = answer.news();
      answer.read(node);
      document |= bare && node.path("choices").path(0).has("message");
      beReady(before);
    }
    if (error.isPresent() && !settled) {
      fail(endpoint.diagnosis().inStream(error.get(), answer.spoke()));
    } else if (!settled && answer.isBrokenOff()) {
      fail(endpoint.diagnosis().gaveUp(answer.lastWord()));
    } else if (HEARTBEATS.contains(name)) {
      strays += about ? 0 : 1;
    } else if (within.isPresent()) {
      answer.count(node);
      take(name, within.get());
    } else if (!about) {
      answerless |= bare && !answer.spoke();
      complaint = complaint.or(() -> ProviderError.hinted(node));
      other = other.or(() -> Optional.of(node.toString()));
    }
  }

  /** The answer inside a gateway's envelope. */
  private static Optional<JsonNode> envelope(JsonNode node) {
    return ENVELOPES.stream().map(node::path).filter(AnswerReader::isAbout).findFirst();
  }

  /** Sets the time limit for the next data after new content. */
  private void beReady(int newsBefore) {
    if (answer.news() == newsBefore) {
      return;
    }
    Limits limits = endpoint.provider().limits();
    boolean ends = answer.reason().isPresent();
    if (!answer.spoke()) {
      if (ends) {
        upstream.mayBeOver();
      }
    } else if (ends) {
      upstream.settle(isSettled() ? limits.settle() : limits.idle());
    } else {
      upstream.speaking();
    }
  }

  /**
   * Handles the end of the body; the state so far decides between finish and failure.
   *
   * @param broken whether the connection broke, so that more data may be missing
   */
  private void end(boolean broken) {
    boolean cut = broken || torn;
    if (over || wasEnded()) {
      fail(endpoint.diagnosis().truncated());
      return;
    }
    boolean settled = isSettled();
    answer.end();
    if (document && !cut) {
      answer.isWhole();
    }
    Optional<FinishReason> reason = answer.reason();
    if (reason.isPresent() && (!cut || settled)) {
      close(new ModelEvent.Finished(reason.get(), answer.usage()));
    } else {
      fail(cut ? endpoint.diagnosis().truncated() : why());
    }
  }

  /** The failure of a stream that ended without the answer's end. */
  private Failure why() {
    Diagnosis diagnosis = endpoint.diagnosis();
    if (complaint.isPresent()) {
      return diagnosis.inStream(complaint.get(), answer.spoke());
    }
    Optional<SseReader> read = Optional.ofNullable(frames);
    if (!answer.hasBegun() || answerless) {
      Optional<String> said = stray.or(() -> other).or(() -> read.flatMap(SseReader::firstIgnored));
      return said.map(diagnosis::noAnswer).orElseGet(diagnosis::silent);
    }
    Optional<String> last = lastStray.or(() -> read.flatMap(SseReader::lastIgnored));
    return last.map(diagnosis::truncated).orElseGet(diagnosis::truncated);
  }

  private void fail(Failure failure) {
    if (!over) {
      if (!wasEnded()) {
        answer.end();
      }
      close(new ModelEvent.Failed(upstream.ended().orElse(failure), answer.usage()));
    }
  }

  private void close(ModelEvent last) {
    over = true;
    upstream.close();
    int lines = strays + (frames == null ? 0 : frames.ignored());
    if (lines > 0) {
      ready.add(new ModelEvent.Skipped(lines));
    }
    ready.add(last);
  }

  /** Works one step at a time, and only up to the next event. */
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
