package dev.everbrook.engine.answer;

import dev.everbrook.engine.stream.Entries;
import dev.everbrook.engine.stream.Page;
import dev.everbrook.engine.stream.StreamLog;
import java.util.HashSet;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What an answer's events come to: its text so far, and which events it has had. Used by one
 * thread.
 */
public final class Transcript {

  private static final JsonMapper JSON = JsonMapper.shared();

  private final StringBuilder text = new StringBuilder();
  private final Set<String> types = new HashSet<>();
  private long next;

  /** All that the database has of this stream at the moment. */
  public static Transcript of(StreamLog log, long stream) {
    Transcript transcript = new Transcript();
    Page page;
    do {
      page = log.read(stream, transcript.next);
      transcript.add(page.entries());
    } while (!page.entries().isEmpty() && !page.ended());
    return transcript;
  }

  /** Takes in the events that follow; those it has had already are passed over. */
  public void add(Entries entries) {
    Entries fresh = entries.from(next);
    fresh.events().forEach(this::add);
    next = Math.max(next, fresh.next());
  }

  private void add(byte[] event) {
    JsonNode node = JSON.readTree(event);
    String type = node.path("type").asString("");
    types.add(type);
    switch (type) {
      case AnswerEvents.TEXT, AnswerEvents.REFUSAL -> text.append(node.path("text").asString(""));
      case AnswerEvents.RESET -> text.setLength(0);
      default -> {
        // The other events say nothing of the text.
      }
    }
  }

  /** The text since the last new beginning. */
  public String text() {
    return text.toString();
  }

  /** The number of the event to come. */
  public long next() {
    return next;
  }

  /** Whether a worker has begun. */
  public boolean isStarted() {
    return has(AnswerEvents.STARTED);
  }

  /** Whether it holds anything that a new beginning would have to take back. */
  boolean hasContent() {
    return has(AnswerEvents.TEXT) || has(AnswerEvents.REFUSAL) || has(AnswerEvents.REASONING);
  }

  /**
   * The number after which to go on so that nothing is missed and the end, if it is already here,
   * is still to come: a reader learns how it ended from the last event.
   */
  public long resumeAfter() {
    boolean hasEnd = AnswerEvents.ENDS.stream().anyMatch(types::contains);
    return next - (hasEnd ? 2 : 1);
  }

  boolean has(String type) {
    return types.contains(type);
  }
}
