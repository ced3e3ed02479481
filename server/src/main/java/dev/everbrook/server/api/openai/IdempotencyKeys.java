package dev.everbrook.server.api.openai;

import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Principal;
import dev.everbrook.engine.store.Row;
import dev.everbrook.engine.store.Tx;
import dev.everbrook.server.http.JsonBody;
import dev.everbrook.server.http.Request;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/** The idempotency keys of requests. Safe for use by many threads. */
final class IdempotencyKeys {

  /** How long a repeated request is recognised. */
  static final Duration KEPT = Duration.ofDays(2);

  private static final int KEY_CHARS_MAX = 255;

  private static final String CLAIM =
      """
      INSERT INTO everbrook.openai_key (principal, endpoint, key, fingerprint)
      VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING
      """;

  private static final String NAME =
      """
      UPDATE everbrook.openai_key SET stream_id = ?
       WHERE principal = ? AND endpoint = ? AND key = ?
      """;

  private static final String FIND =
      """
      SELECT fingerprint, stream_id FROM everbrook.openai_key
       WHERE principal = ? AND endpoint = ? AND key = ?
      """;

  private static final String FORGET =
      """
      DELETE FROM everbrook.openai_key
       WHERE ctid = ANY (ARRAY(
               SELECT ctid FROM everbrook.openai_key
                WHERE created_at < now() - ? * interval '1 s'
                LIMIT ? FOR UPDATE SKIP LOCKED))
      """;

  /**
   * The key of a request, and its fingerprint.
   *
   * @param fingerprint the hash of the request's content
   */
  record Key(Principal principal, String endpoint, String text, byte[] fingerprint) {

    /** The client's key, if present. */
    static Optional<Key> of(Request request, String endpoint, JsonBody body) {
      Optional<String> text = text(request);
      if (text.isPresent() && text.get().length() > KEY_CHARS_MAX) {
        throw OpenAiError.invalid(
                null, "Idempotency-Key may have at most " + KEY_CHARS_MAX + " characters.")
            .refused();
      }
      return text.map(it -> new Key(request.principal(), endpoint, it, fingerprint(body)));
    }

    /**
     * The hash of all fields except those of delivery; equal for two requests for the same answer.
     */
    static byte[] fingerprint(JsonBody body) {
      TreeMap<String, String> fields = new TreeMap<>();
      body.json().properties().forEach(it -> fields.put(it.getKey(), it.getValue().toString()));
      fields.remove("stream");
      fields.remove("stream_options");
      try {
        return MessageDigest.getInstance("SHA-256").digest(Json.MAPPER.writeValueAsBytes(fields));
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every JDK has SHA-256", e);
      }
    }

    /** The text of the header; blank counts as absent. */
    static Optional<String> text(Request request) {
      return request.header("idempotency-key").filter(it -> !it.isBlank());
    }
  }

  private record Claimed(byte[] fingerprint, OptionalLong stream) {
    static final Row<Claimed> ROW =
        row -> {
          long stream = row.getLong(2);
          return new Claimed(
              row.getBytes(1), row.wasNull() ? OptionalLong.empty() : OptionalLong.of(stream));
        };
  }

  private final Database database;

  IdempotencyKeys(Database database) {
    this.database = database;
  }

  /** The stream of an earlier request with this key; it may be removed by now. */
  Optional<OptionalLong> find(Key key) {
    return database
        .first(FIND, Claimed.ROW, key.principal().id(), key.endpoint(), key.text())
        .map(it -> same(it, key));
  }

  /**
   * Claims the key; returns false if it is taken. Concurrent claims wait for the first transaction.
   */
  boolean claim(Tx tx, Key key) {
    int claimed =
        tx.update(CLAIM, key.principal().id(), key.endpoint(), key.text(), key.fingerprint());
    return claimed > 0;
  }

  /** Stores the stream of a key claimed in the same transaction. */
  void name(Tx tx, Key key, long stream) {
    tx.update(NAME, stream, key.principal().id(), key.endpoint(), key.text());
  }

  private static OptionalLong same(Claimed claimed, Key key) {
    if (!Arrays.equals(claimed.fingerprint(), key.fingerprint())) {
      throw new OpenAiError(
              422,
              OpenAiError.INVALID,
              "idempotency_key_reused",
              null,
              "This Idempotency-Key was sent before with another request; use a new one.")
          .refused();
    }
    return claimed.stream();
  }

  /** Deletes at most {@code most} expired keys; returns their number. */
  int forget(int most) {
    return database.update(FORGET, KEPT.toSeconds(), most);
  }
}
