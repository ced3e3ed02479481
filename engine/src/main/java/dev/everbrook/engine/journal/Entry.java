package dev.everbrook.engine.journal;

import dev.everbrook.engine.job.Ended;
import dev.everbrook.engine.text.Excerpt;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * An entry of a job's journal. On the wire it is a JSON object whose {@code type} names the kind of
 * entry.
 */
public sealed interface Entry {

  /** The longest text of an entry, in characters; a longer text is cut. */
  int TEXT_MAX = 10_000;

  /**
   * How far the job has come: {@code {"type":"progress","value":0.4,"note":"page 4 of 10"}}.
   *
   * @param value 0 to 1
   */
  record Progress(double value, String note) implements Entry {

    public Progress {
      if (!(value >= 0 && value <= 1)) {
        throw new IllegalArgumentException("progress must be 0 to 1, was " + value);
      }
    }
  }

  /** A line of the log: {@code {"type":"log","level":"info","text":"..."}}. */
  record Line(Level level, String text) implements Entry {}

  /** The severity of a line. */
  enum Level {
    INFO,
    WARN,
    ERROR
  }

  /** A run has begun, either the first or a retry: {@code {"type":"begin","attempt":1}}. */
  record Begin(int attempt) implements Entry {}

  /** The last entry: {@code {"type":"end","outcome":"failed","error":"..."}}. */
  record End(Ended outcome, String error) implements Entry {}

  /** The form in the stream. */
  default byte[] toJson() {
    ObjectNode json = JsonMapper.shared().createObjectNode();
    switch (this) {
      case Progress(var value, var note) ->
          json.put("type", "progress").put("value", value).put("note", Excerpt.of(note, TEXT_MAX));
      case Line(var level, var text) ->
          json.put("type", "log")
              .put("level", level.name().toLowerCase(Locale.ROOT))
              .put("text", Excerpt.of(text, TEXT_MAX));
      case Begin(var attempt) -> json.put("type", "begin").put("attempt", attempt);
      case End(var outcome, var error) -> {
        json.put("type", "end").put("outcome", outcome.name().toLowerCase(Locale.ROOT));
        if (!error.isEmpty()) {
          json.put("error", Excerpt.of(error, TEXT_MAX));
        }
      }
    }
    return json.toString().getBytes(StandardCharsets.UTF_8);
  }
}
