package dev.everbrook.engine.answer;

import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Tx;
import dev.everbrook.model.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;

/** The questions, as they are stored. Safe for use by many threads. */
final class Asked {

  private static final JsonMapper JSON = JsonMapper.shared();

  private static final String PUT =
      """
      INSERT INTO everbrook.answer (stream_id, job_id, model, messages)
      VALUES (?, ?, ?, ?::jsonb)
      """;

  private static final String GET =
      "SELECT model, messages FROM everbrook.answer WHERE stream_id = ?";

  private static final String JOB = "SELECT job_id FROM everbrook.answer WHERE stream_id = ?";

  /** What to send to the model. */
  record Stored(String model, List<Message> messages) {}

  private final Database database;

  Asked(Database database) {
    this.database = database;
  }

  void put(Tx tx, long stream, long job, Question question) {
    tx.update(PUT, stream, job, question.model(), json(question.messages()));
  }

  Stored get(long stream) {
    return database
        .first(GET, row -> new Stored(row.getString(1), messages(row.getString(2))), stream)
        .orElseThrow(() -> new IllegalStateException("nothing was asked for stream " + stream));
  }

  long job(long stream) {
    return database
        .first(JOB, row -> row.getLong(1), stream)
        .orElseThrow(() -> new IllegalStateException("nothing was asked for stream " + stream));
  }

  /** JSON may say {@code \\u0000}, which jsonb cannot hold. */
  private static String json(List<Message> messages) {
    ArrayNode array = JSON.createArrayNode();
    for (Message message : messages) {
      array
          .addObject()
          .put("role", message.role().name().toLowerCase(Locale.ROOT))
          .put("content", message.content().replace('\0', '\uFFFD'));
    }
    return JSON.writeValueAsString(array);
  }

  private static List<Message> messages(String json) {
    List<Message> messages = new ArrayList<>();
    for (JsonNode node : JSON.readTree(json)) {
      messages.add(
          new Message(
              Message.Role.valueOf(node.path("role").asString().toUpperCase(Locale.ROOT)),
              node.path("content").asString()));
    }
    return messages;
  }
}
