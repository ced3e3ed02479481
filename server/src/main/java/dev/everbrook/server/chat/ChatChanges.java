package dev.everbrook.server.chat;

import dev.everbrook.engine.Engine;
import dev.everbrook.engine.store.Principal;
import dev.everbrook.engine.store.Row;
import dev.everbrook.engine.store.Tx;
import dev.everbrook.engine.stream.Head;
import dev.everbrook.engine.stream.StreamFailure;
import dev.everbrook.engine.stream.StreamState;
import dev.everbrook.engine.world.World;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Branches and deletes whole chats. Every method finds only rows of the principal. Safe for use by
 * many threads.
 */
public final class ChatChanges {

  /** The most messages that a branch shares. */
  public static final int BRANCH_MESSAGES_MAX = 10_000;

  private static final int OPEN_MAX = 1_000;
  private static final String BRANCHED = " (branch)";

  private static final String SHARE_CHAT =
      "SELECT title FROM everbrook.chat WHERE id = ? AND principal = ? FOR SHARE";

  /** Locked, so that no answer is retried meanwhile. */
  private static final String SHARE_MESSAGES =
      """
      SELECT id, seq, stream_id FROM everbrook.chat_message
       WHERE chat_id = ?
         AND seq <= (SELECT seq FROM everbrook.chat_message WHERE chat_id = ? AND id = ?)
       ORDER BY seq LIMIT ? FOR SHARE
      """;

  private static final String CREATE =
      "INSERT INTO everbrook.chat (id, principal, title, next_seq) VALUES (?, ?, ?, ?)";

  private static final String COPY =
      """
      INSERT INTO everbrook.chat_message (id, chat_id, seq, role, content, stream_id, simulated)
      SELECT k.fresh, ?, m.seq, m.role, m.content, m.stream_id, m.simulated
        FROM unnest(?::uuid[], ?::uuid[]) AS k(old, fresh)
        JOIN everbrook.chat_message m ON m.id = k.old
      """;

  private static final String LOCK_CHAT =
      "SELECT id FROM everbrook.chat WHERE id = ? AND principal = ? FOR UPDATE";

  /** The streams that no other chat shares. */
  private static final String OPEN =
      """
      SELECT s.public_id
        FROM everbrook.chat c
        JOIN everbrook.chat_message m ON m.chat_id = c.id
        JOIN everbrook.stream s ON s.id = m.stream_id AND s.state = 'open'
       WHERE c.id = ? AND c.principal = ?
         AND NOT EXISTS (SELECT FROM everbrook.chat_message o
                          WHERE o.stream_id = m.stream_id AND o.chat_id <> c.id)
       LIMIT ?
      """;

  private static final String DELETE_MESSAGES =
      "DELETE FROM everbrook.chat_message WHERE chat_id = ? RETURNING coalesce(stream_id, 0)";

  private static final String DELETE_CHAT = "DELETE FROM everbrook.chat WHERE id = ?";

  /** The reason why a chat was not branched or deleted. */
  public static final class Refused extends RuntimeException {
    Refused(String why) {
      super(why, null, false, false);
    }
  }

  private record Shared(UUID id, int seq, long stream) {

    static final Row<Shared> ROW =
        row -> new Shared(row.getObject(1, UUID.class), row.getInt(2), row.getLong(3));
  }

  private final Engine engine;
  private final World world;
  private final StreamReferences streams;

  public ChatChanges(Engine engine, World world) {
    this.engine = engine;
    this.world = world;
    this.streams = new StreamReferences(engine.removal());
  }

  /**
   * Creates a chat that shares all messages up to and including an answer: the same streams, not
   * copies.
   *
   * @return the new chat; empty if the principal has no such answer in this chat
   * @throws Refused if the answer has not ended, or too many messages come before it
   */
  public Optional<UUID> branch(Principal principal, UUID chat, UUID answer) {
    return engine.database().tx(tx -> branch(tx, principal, chat, answer));
  }

  private Optional<UUID> branch(Tx tx, Principal principal, UUID chat, UUID answer) {
    Optional<String> title = tx.first(SHARE_CHAT, row -> row.getString(1), chat, principal.id());
    List<Shared> shared =
        title.isEmpty()
            ? List.of()
            : tx.list(SHARE_MESSAGES, Shared.ROW, chat, chat, answer, BRANCH_MESSAGES_MAX + 1);
    if (shared.size() > BRANCH_MESSAGES_MAX) {
      throw new Refused("A branch can share at most " + BRANCH_MESSAGES_MAX + " messages.");
    }
    if (shared.isEmpty() || shared.getLast().stream() == 0) {
      return Optional.empty();
    }
    long last = shared.getLast().stream();
    streams.hold(tx, shared.stream().mapToLong(Shared::stream).filter(it -> it > 0).toArray());
    Head head = engine.log().heads(tx, new long[] {last}).get(last);
    if (head != null && head.isOpen()) {
      throw new Refused("This answer is still being written; stop it first, or wait for its end.");
    }
    UUID branch = world.id();
    int next = shared.getLast().seq() + 1;
    tx.update(CREATE, branch, principal.id(), branched(title.orElseThrow()), next);
    tx.update(
        COPY,
        branch,
        shared.stream().map(Shared::id).toArray(UUID[]::new),
        shared.stream().map(_ -> world.id()).toArray(UUID[]::new));
    return Optional.of(branch);
  }

  private static String branched(String title) {
    return title.endsWith(BRANCHED) ? title : title + BRANCHED;
  }

  /**
   * Deletes a chat with its messages, and the answers that no other chat shares. Answers that are
   * still being written are stopped first, all at once, which takes up to about 3 s.
   *
   * @return whether the principal had this chat
   * @throws Refused if an answer could not be stopped in time, or another was started meanwhile; a
   *     later attempt may succeed
   */
  public boolean delete(Principal principal, UUID chat) throws InterruptedException {
    List<UUID> open =
        engine
            .database()
            .list(OPEN, row -> row.getObject(1, UUID.class), chat, principal.id(), OPEN_MAX);
    cancel(principal, open);
    try {
      return engine.database().tx(tx -> delete(tx, principal, chat));
    } catch (StreamFailure e) {
      if (e.reason() != StreamFailure.Reason.BEING_WRITTEN) {
        throw e;
      }
      throw new Refused("An answer of this chat is still being written; try again in a moment.");
    }
  }

  /** Cancels all answers concurrently; each waits up to 3 s for its end. */
  private void cancel(Principal principal, List<UUID> open) throws InterruptedException {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Optional<StreamState>>> cancels = new ArrayList<>();
      open.forEach(it -> cancels.add(() -> engine.answers().cancel(principal, it)));
      for (Future<Optional<StreamState>> cancel : threads.invokeAll(cancels)) {
        cancel.get();
      }
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException why ? why : new IllegalStateException(e);
    }
  }

  private boolean delete(Tx tx, Principal principal, UUID chat) {
    if (tx.first(LOCK_CHAT, row -> true, chat, principal.id()).isEmpty()) {
      return false;
    }
    long[] used =
        tx.list(DELETE_MESSAGES, row -> row.getLong(1), chat).stream()
            .mapToLong(it -> it)
            .filter(it -> it > 0)
            .toArray();
    streams.removeUnused(tx, used);
    tx.update(DELETE_CHAT, chat);
    return true;
  }
}
