package dev.everbrook.server.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What one reader has of a stream over all its connections. Fails at once on a number that is
 * missing or came twice. Used by one thread.
 */
public final class Copy {

  private final List<Reader.Event> events = new ArrayList<>();

  public static Copy of(List<Reader.Event> events) {
    Copy copy = new Copy();
    copy.add(events);
    return copy;
  }

  public void add(List<Reader.Event> more) {
    for (Reader.Event event : more) {
      assertThat(event.id()).as(() -> "the number of " + event).hasValue(events.size());
      assertThat(event.json().path("seq").asLong(-1)).isEqualTo(events.size());
      events.add(event);
    }
  }

  /** The number of the last event, -1 for none. */
  public long last() {
    return events.size() - 1L;
  }

  public List<Reader.Event> events() {
    return List.copyOf(events);
  }

  public List<String> types() {
    return events.stream().map(Reader.Event::type).toList();
  }

  public int count(String type) {
    return Collections.frequency(types(), type);
  }

  /** The text since the last new beginning. */
  public String text() {
    return textOf(events);
  }

  public static String textOf(List<Reader.Event> events) {
    StringBuilder text = new StringBuilder();
    for (Reader.Event event : events) {
      switch (event.type()) {
        case "text", "refusal", "snapshot" -> text.append(event.json().path("text").asString());
        case "reset" -> text.setLength(0);
        default -> {
          // The other events hold no text.
        }
      }
    }
    return text.toString();
  }
}
