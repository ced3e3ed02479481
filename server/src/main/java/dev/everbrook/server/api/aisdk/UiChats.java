package dev.everbrook.server.api.aisdk;

import dev.everbrook.engine.Engine;
import dev.everbrook.engine.answer.Question;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Migrations;
import dev.everbrook.engine.store.Principal;
import dev.everbrook.engine.stream.Head;
import dev.everbrook.engine.stream.StreamRef;
import dev.everbrook.server.chat.OwnAnswers;
import dev.everbrook.server.http.Request;
import java.util.List;
import java.util.Optional;

/**
 * The latest answer of each chat. Every method finds only rows of the principal. Safe for use by
 * many threads.
 */
final class UiChats {

  private static final Migrations MIGRATIONS =
      new Migrations("aisdk", UiChats.class, List.of("001_aisdk.sql"));

  private static final String POINT =
      """
      INSERT INTO everbrook.aisdk_chat (principal, chat, stream_id, message) VALUES (?, ?, ?, ?)
      ON CONFLICT (principal, chat)
      DO UPDATE SET stream_id = excluded.stream_id, message = excluded.message,
                    updated_at = now()
      """;

  private static final String LATEST =
      "SELECT stream_id, message FROM everbrook.aisdk_chat WHERE principal = ? AND chat = ?";

  private final Engine engine;
  private final Database database;
  private final OwnAnswers own;

  UiChats(Engine engine) {
    this.engine = engine;
    this.database = engine.database();
    this.own = new OwnAnswers(engine.log());
    MIGRATIONS.apply(database);
  }

  /**
   * The latest answer of a chat.
   *
   * @param open whether the answer was being written at the time of the query
   * @param message the id under which the client knows the answer
   */
  record At(StreamRef stream, boolean open, String message) {}

  /**
   * Asks, and points the chat to the answer in the same transaction.
   *
   * @param continued the assistant's message that the answer continues; empty for a new message
   */
  At ask(String chat, Optional<String> continued, Question question) {
    return database.tx(tx -> {
      StreamRef stream = engine.answers().ask(tx, question).stream();
      String message = continued.orElse("msg-" + stream.publicId());
      tx.update(POINT, question.owner().id(), chat, stream.id(), message);
      return new At(stream, true, message);
    });
  }

  /** The latest answer of a chat; an id of no chat may be the id of a stream. */
  Optional<At> latest(Principal principal, String chat) {
    record Stored(long stream, String message) {}
    return database
        .first(LATEST, row -> new Stored(row.getLong(1), row.getString(2)), principal.id(), chat)
        .map(it -> at(engine.log().headOf(it.stream()), it.message()))
        .or(() -> stream(principal, chat));
  }

  private static At at(Head head, String message) {
    return new At(head.ref(), head.isOpen(), message);
  }

  private Optional<At> stream(Principal principal, String id) {
    return Request.uuid(id)
        .flatMap(uuid -> own.find(principal, uuid))
        .map(head -> at(head, "msg-" + head.ref().publicId()));
  }
}
