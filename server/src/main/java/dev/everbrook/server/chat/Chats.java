package dev.everbrook.server.chat;

import dev.everbrook.engine.Engine;
import dev.everbrook.engine.answer.Answer;
import dev.everbrook.engine.answer.Question;
import dev.everbrook.engine.answer.Transcript;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Migrations;
import dev.everbrook.engine.store.Principal;
import dev.everbrook.engine.store.Row;
import dev.everbrook.engine.store.Tx;
import dev.everbrook.engine.stream.Head;
import dev.everbrook.engine.stream.StreamRef;
import dev.everbrook.engine.text.Excerpt;
import dev.everbrook.engine.world.World;
import dev.everbrook.model.Message;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Chats: the messages of users and the answers to them. A message and the job that answers it are
 * one transaction. Every method finds only rows of the principal. Safe for use by many threads.
 */
public final class Chats {

  /** The most earlier messages sent with a question. */
  public static final int CONTEXT_MESSAGES_MAX = 100;

  /** How long a repeated send is recognised. */
  public static final Duration KEYS_KEPT = Duration.ofDays(2);

  private static final int LIST_MAX = 200;
  private static final int MESSAGES_MAX = 1_000;
  private static final int TITLE_CHARS_MAX = 60;

  private static final Migrations MIGRATIONS =
      new Migrations("chat", Chats.class, List.of("001_chat.sql"));

  private static final String CLAIM_KEY =
      """
      INSERT INTO everbrook.chat_request (principal, key, message_id) VALUES (?, ?, ?)
      ON CONFLICT DO NOTHING
      """;

  private static final String BY_KEY =
      """
      SELECT m.chat_id, m.id, m.stream_id, q.content
        FROM everbrook.chat_request r
        JOIN everbrook.chat_message m ON m.id = r.message_id
        JOIN everbrook.chat_message q ON q.chat_id = m.chat_id AND q.seq = m.seq - 1
       WHERE r.principal = ? AND r.key = ?
      """;

  private static final String FORGET_OLD_KEYS =
      """
      DELETE FROM everbrook.chat_request
       WHERE ctid = ANY (ARRAY(
               SELECT ctid FROM everbrook.chat_request
                WHERE created_at < now() - ? * interval '1 s'
                LIMIT 10 FOR UPDATE SKIP LOCKED))
      """;

  private static final String FORGET_KEY =
      "DELETE FROM everbrook.chat_request WHERE principal = ? AND key = ?";

  private static final String CREATE =
      "INSERT INTO everbrook.chat (id, principal, title) VALUES (?, ?, ?)";

  private static final String NUMBER =
      """
      UPDATE everbrook.chat SET next_seq = next_seq + 2, updated_at = now()
       WHERE id = ? AND principal = ?
      RETURNING next_seq - 2
      """;

  private static final String ADD_QUESTION =
      """
      INSERT INTO everbrook.chat_message (id, chat_id, seq, role, content)
      VALUES (?, ?, ?, 'user', ?)
      """;

  private static final String ADD_ANSWER =
      """
      INSERT INTO everbrook.chat_message (id, chat_id, seq, role, stream_id, simulated)
      VALUES (?, ?, ?, 'assistant', ?, ?)
      """;

  private static final String LATEST =
      """
      SELECT id, seq, role, content, stream_id, simulated
        FROM everbrook.chat_message
       WHERE chat_id = ? AND seq < ?
       ORDER BY seq DESC LIMIT ?
      """;

  private static final String LIST =
      """
      SELECT id, title, updated_at FROM everbrook.chat
       WHERE principal = ? ORDER BY updated_at DESC LIMIT ?
      """;

  private static final String EXISTS =
      "SELECT 1 FROM everbrook.chat WHERE id = ? AND principal = ?";

  private static final String LOCK_ANSWER =
      """
      SELECT m.seq, m.stream_id
        FROM everbrook.chat_message m JOIN everbrook.chat c ON c.id = m.chat_id
       WHERE m.id = ? AND c.id = ? AND c.principal = ? AND m.role = 'assistant'
         FOR UPDATE OF m
      """;

  private static final String REPLACE_ANSWER =
      "UPDATE everbrook.chat_message SET stream_id = ?, simulated = ? WHERE id = ?";

  /** The answering model, and whether it is the simulator. */
  public record Answerer(String model, boolean simulated) {}

  /** An accepted message and its pending answer. */
  public record Sent(UUID chat, UUID answer, StreamRef stream) {}

  private record Stored(
      UUID id, int seq, String role, Optional<String> content, long stream, boolean simulated) {

    static final Row<Stored> ROW =
        row ->
            new Stored(
                row.getObject(1, UUID.class),
                row.getInt(2),
                row.getString(3),
                Optional.ofNullable(row.getString(4)),
                row.getLong(5),
                row.getBoolean(6));
  }

  private final Engine engine;
  private final Database database;
  private final World world;
  private final Answerer answerer;
  private final StreamReferences streams;
  private final Instant began;

  public Chats(Engine engine, World world, Answerer answerer) {
    this.engine = engine;
    this.database = engine.database();
    this.world = world;
    this.answerer = answerer;
    this.streams = new StreamReferences(engine.removal());
    this.began = world.now();
    MIGRATIONS.apply(database);
  }

  /**
   * Adds a message and asks for its answer.
   *
   * @param chat an existing chat; empty for a new one
   * @param key identifies a repeated send for {@link #KEYS_KEPT}
   * @param how the granularity and recovery of the answer
   * @throws Removed if the answer to an earlier send with the key was removed
   * @throws KeyReused if the key came with another prompt or chat before
   * @return empty if the principal has no such chat
   */
  public Optional<Sent> send(
      Principal principal,
      Optional<UUID> chat,
      String prompt,
      Optional<UUID> key,
      AnswerHeaders how) {
    Sending sending = new Sending(principal, chat, storable(prompt), key, how);
    return database.tx(tx -> send(tx, sending));
  }

  private record Sending(
      Principal principal,
      Optional<UUID> chat,
      String prompt,
      Optional<UUID> key,
      AnswerHeaders how) {}

  private Optional<Sent> send(Tx tx, Sending sending) {
    Principal principal = sending.principal();
    String prompt = sending.prompt();
    UUID answer = world.id();
    if (sending.key().isPresent()
        && tx.update(CLAIM_KEY, principal.id(), sending.key().get(), answer) == 0) {
      return repeated(tx, principal, sending.chat(), prompt, sending.key().get());
    }
    tx.update(FORGET_OLD_KEYS, KEYS_KEPT.toSeconds());
    UUID id = sending.chat().orElseGet(world::id);
    if (sending.chat().isEmpty()) {
      tx.update(CREATE, id, principal.id(), title(prompt));
    }
    Optional<Integer> seq = tx.first(NUMBER, row -> row.getInt(1), id, principal.id());
    if (seq.isEmpty()) {
      sending.key().ifPresent(it -> tx.update(FORGET_KEY, principal.id(), it));
      return Optional.empty();
    }
    tx.update(ADD_QUESTION, world.id(), id, seq.get(), prompt);
    Answer asked = ask(tx, principal, id, seq.get() + 1, sending.how());
    tx.update(ADD_ANSWER, answer, id, seq.get() + 1, asked.stream().id(), answerer.simulated());
    return Optional.of(new Sent(id, answer, asked.stream()));
  }

  /**
   * Returns the result of the earlier send; another prompt with the same key is refused as a
   * mistake.
   */
  private Optional<Sent> repeated(
      Tx tx, Principal principal, Optional<UUID> chat, String prompt, UUID key) {
    record Before(UUID chat, UUID answer, long stream, String prompt) {}
    Optional<Before> before =
        tx.first(
            BY_KEY,
            row ->
                new Before(
                    row.getObject(1, UUID.class),
                    row.getObject(2, UUID.class),
                    row.getLong(3),
                    row.getString(4)),
            principal.id(),
            key);
    boolean other =
        before.isPresent()
            && (!before.get().prompt().equals(prompt)
                || chat.isPresent() && !chat.get().equals(before.get().chat()));
    if (other) {
      throw new KeyReused();
    }
    return before.map(it -> new Sent(it.chat(), it.answer(), ref(tx, it.stream())));
  }

  private StreamRef ref(Tx tx, long stream) {
    return Optional.ofNullable(engine.log().heads(tx, new long[] {stream}).get(stream))
        .map(Head::ref)
        .orElseThrow(() -> new Removed());
  }

  private Answer ask(Tx tx, Principal principal, UUID chat, int before, AnswerHeaders how) {
    List<Stored> earlier =
        tx.list(LATEST, Stored.ROW, chat, before, CONTEXT_MESSAGES_MAX).reversed();
    return engine
        .answers()
        .ask(tx, how.on(new Question(principal, answerer.model(), context(tx, earlier))));
  }

  /** The conversation for the model: the messages of users, and the ended answers with text. */
  private List<Message> context(Tx tx, List<Stored> earlier) {
    Map<Long, Head> heads = engine.log().heads(tx, answers(earlier));
    List<Message> messages = new ArrayList<>();
    for (Stored message : earlier) {
      Head head = heads.get(message.stream());
      if (message.content().isPresent()) {
        messages.add(Message.user(message.content().get()));
      } else if (head != null && !head.isOpen() && !head.body().orElse("").isEmpty()) {
        messages.add(Message.assistant(head.body().orElse("")));
      }
    }
    return messages;
  }

  private static long[] answers(List<Stored> messages) {
    return messages.stream()
        .filter(it -> it.content().isEmpty())
        .mapToLong(Stored::stream)
        .toArray();
  }

  /**
   * Asks again for an ended answer. The new answer takes its place in the chat and has its own
   * stream; the old stream is removed unless another chat shares it.
   *
   * @return empty if the principal has no such answer
   * @throws StillOpen if the answer has not ended
   */
  public Optional<Sent> retry(Principal principal, UUID chat, UUID answer, AnswerHeaders how) {
    return database.tx(tx -> retry(tx, principal, chat, answer, how));
  }

  /** The key was sent before with another prompt or chat. */
  public static final class KeyReused extends RuntimeException {}

  /** The answer to an earlier send with the same key was removed. */
  public static final class Removed extends RuntimeException {}

  /** The answer to retry is still being written. */
  public static final class StillOpen extends RuntimeException {}

  private Optional<Sent> retry(
      Tx tx, Principal principal, UUID chat, UUID answer, AnswerHeaders how) {
    Optional<Stored> old =
        tx.first(
            LOCK_ANSWER,
            row ->
                new Stored(
                    answer, row.getInt(1), "assistant", Optional.empty(), row.getLong(2), false),
            answer,
            chat,
            principal.id());
    if (old.isEmpty()) {
      return Optional.empty();
    }
    Head head = engine.log().heads(tx, new long[] {old.get().stream()}).get(old.get().stream());
    if (head != null && head.isOpen()) {
      throw new StillOpen();
    }
    Answer asked = ask(tx, principal, chat, old.get().seq(), how);
    tx.update(REPLACE_ANSWER, asked.stream().id(), answerer.simulated(), answer);
    streams.removeUnused(tx, old.get().stream());
    return Optional.of(new Sent(chat, answer, asked.stream()));
  }

  /** The principal's chats, the most recent message first; at most 200. */
  public List<ChatSummary> list(Principal principal) {
    return database.list(
        LIST,
        row ->
            new ChatSummary(
                row.getString(1),
                row.getString(2),
                Objects.requireNonNull(row.getTimestamp(3)).toInstant()),
        principal.id(),
        LIST_MAX);
  }

  /** The messages of a chat, oldest first; the latest 1,000. */
  public Optional<List<ChatMessage>> messages(Principal principal, UUID chat) {
    if (database.first(EXISTS, row -> true, chat, principal.id()).isEmpty()) {
      return Optional.empty();
    }
    List<Stored> stored =
        database.list(LATEST, Stored.ROW, chat, Integer.MAX_VALUE, MESSAGES_MAX).reversed();
    Map<Long, Head> heads = engine.log().heads(answers(stored));
    return Optional.of(stored.stream().map(it -> message(it, heads.get(it.stream()))).toList());
  }

  /** Whether this server was started after the question; the answer's id holds that time. */
  private boolean isRestarted(Head head) {
    return asked(head).isBefore(began);
  }

  private static Instant asked(Head head) {
    return Instant.ofEpochMilli(head.ref().publicId().getMostSignificantBits() >>> 16);
  }

  private ChatMessage message(Stored stored, @Nullable Head head) {
    if (stored.content().isPresent()) {
      return ChatMessage.question(stored.id(), stored.content().get());
    }
    if (head == null) {
      return ChatMessage.removed(stored.id(), stored.simulated());
    }
    if (!head.isOpen()) {
      return ChatMessage.ended(stored.id(), head, remark(head), stored.simulated());
    }
    Transcript soFar = Transcript.of(engine.log(), head.ref().id());
    Duration waited = Duration.between(asked(head), world.now());
    return ChatMessage.open(
        stored.id(), head, soFar, waited.isNegative() ? Duration.ZERO : waited, stored.simulated());
  }

  private Remark remark(Head head) {
    AnswerState state = ChatMessage.state(head);
    if (head.error().isPresent()) {
      return Remark.of(state, head.error().get(), isRestarted(head));
    }
    if (state == AnswerState.DONE && head.body().orElse("").isBlank()) {
      boolean called = Transcript.of(engine.log(), head.ref().id()).hasCalled();
      return Remark.of(called ? FailureText.TOOLS : FailureText.SILENT);
    }
    return Remark.of(state);
  }

  /**
   * Replaces characters that PostgreSQL's text cannot hold: the character 0 and lone surrogates.
   */
  private static String storable(String prompt) {
    return new String(prompt.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8)
        .replace('\0', '\uFFFD');
  }

  private static String title(String prompt) {
    String line = prompt.strip().replaceAll("\\s+", " ");
    return line.length() <= TITLE_CHARS_MAX ? line : Excerpt.of(line, TITLE_CHARS_MAX - 1);
  }
}
