package dev.everbrook.engine.answer;

import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Row;
import dev.everbrook.engine.store.Tx;
import dev.everbrook.model.Message;
import dev.everbrook.model.Parameters;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;

/** The stored questions. Safe for use by many threads. */
final class QuestionTable {

  private static final JsonMapper JSON = JsonMapper.shared();

  private static final String PUT =
      """
      INSERT INTO everbrook.answer
             (stream_id, job_id, model, messages, parameters, recovery, granularity)
      VALUES (?, ?, ?, ?::json, ?::json, ?, ?)
      """;

  private static final String GET =
      """
      SELECT model, messages, parameters, recovery, granularity
        FROM everbrook.answer WHERE stream_id = ?
      """;

  private static final String JOB = "SELECT job_id FROM everbrook.answer WHERE stream_id = ?";

  /** The request for the model, and the format of the answer's events. */
  record Stored(
      String model,
      List<Message> messages,
      Parameters parameters,
      Optional<Recovery> recovery,
      Granularity granularity) {}

  private static final Row<Stored> STORED =
      row ->
          new Stored(
              row.getString("model"),
              messages(row.getString("messages")),
              new Parameters(row.getString("parameters")),
              Optional.ofNullable(row.getString("recovery"))
                  .map(it -> Recovery.valueOf(it.toUpperCase(Locale.ROOT))),
              Granularity.parse(row.getString("granularity")).orElseThrow());

  private final Database database;

  QuestionTable(Database database) {
    this.database = database;
  }

  void put(Tx tx, long stream, long job, Question question) {
    tx.update(
        PUT,
        stream,
        job,
        question.model(),
        json(question.messages()),
        question.parameters().json(),
        question.recovery().map(it -> it.name().toLowerCase(Locale.ROOT)).orElse(null),
        question.granularity().word());
  }

  Stored get(long stream) {
    return database
        .first(GET, STORED, stream)
        .orElseThrow(() -> new IllegalStateException("nothing was asked for stream " + stream));
  }

  /** The answering job; empty if the stream was swept. */
  Optional<Long> job(long stream) {
    return database.first(JOB, row -> row.getLong(1), stream);
  }

  private static String json(List<Message> messages) {
    ArrayNode array = JSON.createArrayNode();
    for (Message message : messages) {
      switch (message) {
        case Message.Said(var role, var content) ->
            array
                .addObject()
                .put("role", role.name().toLowerCase(Locale.ROOT))
                .put("content", content);
        case Message.Wire(var json) -> array.add(JSON.readTree(json));
      }
    }
    return JSON.writeValueAsString(array);
  }

  private static List<Message> messages(String json) {
    List<Message> messages = new ArrayList<>();
    for (JsonNode node : JSON.readTree(json)) {
      messages.add(said(node).orElseGet(() -> new Message.Wire(node.toString())));
    }
    return messages;
  }

  private static Optional<Message> said(JsonNode node) {
    if (node.size() != 2 || !node.path("content").isString()) {
      return Optional.empty();
    }
    String content = node.path("content").asString();
    return switch (node.path("role").asString("")) {
      case "system" -> Optional.of(Message.system(content));
      case "user" -> Optional.of(Message.user(content));
      case "assistant" -> Optional.of(Message.assistant(content));
      default -> Optional.empty();
    };
  }
}
