package dev.everbrook.server.api.openai;

import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Principal;
import dev.everbrook.engine.store.Row;
import dev.everbrook.engine.store.Tx;
import dev.everbrook.engine.stream.StreamRef;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The requested responses. Safe for use by many threads. */
final class Responses {

  /** The most responses of a conversation. */
  static final int TURNS_MAX = 500;

  /** The most stored bytes of the earlier turns of a conversation. */
  static final long TURNS_BYTES_MAX = 32L << 20;

  private static final String PUT =
      """
      INSERT INTO everbrook.openai_response (stream_id, id, principal, shown, input, previous, store)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      """;

  private static final String FIND =
      """
      SELECT stream_id, id, shown, input, output, previous
        FROM everbrook.openai_response WHERE id = ? AND principal = ? AND store
      """;

  private static final String OF_STREAM =
      """
      SELECT stream_id, id, shown, input, output, previous
        FROM everbrook.openai_response WHERE stream_id = ? AND principal = ?
      """;

  /**
   * The newest first; only sizes are read, so that the contents can be refused before they are
   * read.
   */
  private static final String TURNS =
      """
      WITH RECURSIVE turn AS (
        SELECT stream_id, previous, principal, 1 AS depth,
               octet_length(input) + coalesce(octet_length(output), 0) AS bytes
          FROM everbrook.openai_response
         WHERE id = ? AND principal = ? AND store
        UNION ALL
        SELECT r.stream_id, r.previous, r.principal, t.depth + 1,
               octet_length(r.input) + coalesce(octet_length(r.output), 0)
          FROM turn t
          JOIN everbrook.openai_response r ON r.id = t.previous AND r.principal = t.principal AND r.store
         WHERE t.depth < ?)
      SELECT stream_id, previous, bytes FROM turn ORDER BY depth
      """;

  private static final String KEEP_OUTPUT =
      "UPDATE everbrook.openai_response SET output = ? WHERE stream_id = ? AND output IS NULL";

  private static final String REMOVE = "DELETE FROM everbrook.openai_response WHERE stream_id = ?";

  private static final String PASSING =
      """
      SELECT r.stream_id FROM everbrook.openai_response r
        JOIN everbrook.stream s ON s.id = r.stream_id AND s.state <> 'open'
       WHERE NOT r.store AND r.created_at < now() - ? * interval '1 s'
       ORDER BY r.created_at LIMIT ?
      """;

  /** A stored response. */
  record Stored(
      StreamRef stream,
      ObjectNode shown,
      List<ObjectNode> input,
      Optional<List<ObjectNode>> output,
      Optional<UUID> previous) {

    private static final Row<Stored> ROW =
        row ->
            new Stored(
                new StreamRef(row.getLong(1), row.getObject(2, UUID.class)),
                (ObjectNode) Json.MAPPER.readTree(row.getString(3)),
                items(Objects.requireNonNull(row.getString(4))),
                Optional.ofNullable(row.getString(5)).map(Stored::items),
                Optional.ofNullable(row.getObject(6, UUID.class)));

    ResponseObject object() {
      return new ResponseObject(stream.publicId(), shown);
    }

    private static List<ObjectNode> items(String json) {
      List<ObjectNode> items = new ArrayList<>();
      for (JsonNode item : Json.MAPPER.readTree(json)) {
        items.add((ObjectNode) item);
      }
      return items;
    }
  }

  /**
   * A turn of a conversation.
   *
   * @param bytes the size of its input, and of its output if that is stored
   */
  record Turn(long stream, Optional<UUID> previous, long bytes) {

    private static final Row<Turn> ROW =
        row ->
            new Turn(
                row.getLong(1), Optional.ofNullable(row.getObject(2, UUID.class)), row.getLong(3));
  }

  private final Database database;

  Responses(Database database) {
    this.database = database;
  }

  void put(Tx tx, StreamRef stream, Principal principal, ResponseRequest request) {
    @Nullable UUID previous = request.previous().orElse(null);
    tx.update(
        PUT,
        stream.id(),
        stream.publicId(),
        principal.id(),
        Json.MAPPER.writeValueAsString(request.shown()),
        Json.MAPPER.writeValueAsString(request.input()),
        previous,
        request.store());
  }

  /** A stored response of the principal with {@code store: true}. */
  Optional<Stored> find(Principal principal, UUID id) {
    return database.first(FIND, Stored.ROW, id, principal.id());
  }

  /**
   * A response of the principal with any value of {@code store}; empty if it was deleted meanwhile.
   */
  Optional<Stored> of(Principal principal, long stream) {
    return database.first(OF_STREAM, Stored.ROW, stream, principal.id());
  }

  /**
   * The conversation that ends with this response, oldest first; empty if the response does not
   * exist.
   */
  List<Turn> turns(Principal principal, UUID id) {
    return database.list(TURNS, Turn.ROW, id, principal.id(), TURNS_MAX).reversed();
  }

  /** Stores the output of an ended response, so that its log is not read at each turn. */
  void keepOutput(StreamRef stream, List<ObjectNode> output) {
    database.update(KEEP_OUTPUT, Json.MAPPER.writeValueAsString(output), stream.id());
  }

  void remove(Tx tx, long stream) {
    tx.update(REMOVE, stream);
  }

  /**
   * The streams of ended responses with {@code store: false} that are at least this old, the oldest
   * first.
   */
  long[] passing(Duration age, int most) {
    return database.list(PASSING, row -> row.getLong(1), age.toSeconds(), most).stream()
        .mapToLong(Long::longValue)
        .toArray();
  }
}
