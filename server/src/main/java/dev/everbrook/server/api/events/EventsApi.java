package dev.everbrook.server.api.events;

import dev.everbrook.engine.answer.Answers;
import dev.everbrook.engine.answer.Transcript;
import dev.everbrook.engine.live.Tails;
import dev.everbrook.engine.stream.Entries;
import dev.everbrook.engine.stream.Head;
import dev.everbrook.engine.stream.Page;
import dev.everbrook.engine.stream.StreamLog;
import dev.everbrook.engine.stream.StreamState;
import dev.everbrook.server.chat.OwnAnswers;
import dev.everbrook.server.chat.ReaderPosition;
import dev.everbrook.server.http.Reply;
import dev.everbrook.server.http.Request;
import dev.everbrook.server.http.Routes;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.UUID;
import tools.jackson.databind.json.JsonMapper;

/** Reads and cancels answers. Safe for use by many threads. */
public final class EventsApi {

  private static final String JSON = "application/json; charset=utf-8";

  private static final String POSITION = "after (or Last-Event-ID)";

  private final StreamLog log;
  private final Tails tails;
  private final Answers answers;
  private final OwnAnswers own;

  public EventsApi(StreamLog log, Tails tails, Answers answers) {
    this.log = log;
    this.tails = tails;
    this.answers = answers;
    this.own = new OwnAnswers(log);
  }

  public void on(Routes routes) {
    routes
        .get("/v1/streams/:id", this::read)
        .post("/v1/streams/:id/cancel", this::cancel)
        .socket("/v1/live", new LiveDialect(own, tails));
  }

  private Reply read(Request request) {
    Head head = own.get(request.principal(), request.id("id"));
    String accept = request.header("accept").orElse("");
    if (accept.contains("application/json") && !accept.contains("text/event-stream")) {
      return page(head, after(request, head));
    }
    boolean returning = request.header("last-event-id").isPresent();
    if (request.parameter("snapshot").orElse("").equals("1") && !returning) {
      return snapshot(head);
    }
    return follow(head, after(request, head), new byte[0]);
  }

  /**
   * The reader's position: a reconnecting browser sends its first URL and the last id that it saw.
   */
  private long after(Request request, Head head) {
    String text =
        request
            .header("last-event-id")
            .or(() -> request.parameter("after"))
            .orElse(Long.toString(ReaderPosition.START));
    return ReaderPosition.within(own, head, POSITION, ReaderPosition.of(POSITION, text));
  }

  private Reply follow(Head head, long after, byte[] opening) {
    boolean nothingToCome = head.events().isPresent() && after == head.events().getAsLong() - 1;
    if (nothingToCome && opening.length == 0) {
      return Reply.empty(204); // tells EventSource not to reconnect
    }
    log.read(head.ref().id(), after + 1, 1); // a damaged log fails here, with a status
    return new Reply.Follow(
        tails.follow(head.ref(), after + 1), EventsDialect.INSTANCE, opening, Map.of());
  }

  /**
   * One event with the text so far, then the remaining events; for an ended stream only its last
   * event.
   */
  private Reply snapshot(Head head) {
    Transcript transcript = Transcript.of(log, head.ref().id());
    long upTo = transcript.resumeAfter();
    byte[] event =
        JsonMapper.shared()
            .writeValueAsBytes(
                JsonMapper.shared()
                    .createObjectNode()
                    .put("type", "snapshot")
                    .put("text", transcript.text()));
    ByteArrayOutputStream out = new ByteArrayOutputStream(event.length + 32);
    EventsDialect.frame(upTo, EventsDialect.numbered(upTo, event), out);
    return follow(head, upTo, out.toByteArray());
  }

  private Reply page(Head head, long after) {
    Page page = log.read(head.ref().id(), after + 1);
    Entries entries = page.entries();
    ByteArrayOutputStream out = new ByteArrayOutputStream((int) entries.bytes() * 2 + 64);
    out.writeBytes("{\"events\":[".getBytes(StandardCharsets.US_ASCII));
    long seq = entries.first();
    for (byte[] event : entries.events()) {
      if (seq > entries.first()) {
        out.write(',');
      }
      out.writeBytes(EventsDialect.numbered(seq, event));
      seq++;
    }
    String rest = "],\"next\":" + (seq - 1) + ",\"closed\":" + page.ended() + "}";
    out.writeBytes(rest.getBytes(StandardCharsets.US_ASCII));
    return new Reply.Body(200, JSON, out.toByteArray(), Map.of("cache-control", "no-store"));
  }

  private Reply cancel(Request request) throws InterruptedException {
    UUID id = request.id("id");
    own.get(request.principal(), id);
    StreamState state = answers.cancel(request.principal(), id).orElseThrow(OwnAnswers::unknown);
    return Reply.json(state == StreamState.OPEN ? 202 : 200, Map.of("state", state.column()));
  }
}
