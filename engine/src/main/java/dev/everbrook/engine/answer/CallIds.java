package dev.everbrook.engine.answer;

import dev.everbrook.model.Message;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Gives tool calls ids that are unique in their conversation. Some providers send no ids, or {@code
 * call_0} with every answer. The id connects a result with its call, in the client and in the next
 * request.
 *
 * <p>The provider's id is kept by default, since some providers give it a meaning. An id that is
 * absent, blank, too long or taken is replaced by one derived from the stream and the number of its
 * event; replays read the id from the log. A derived id has nine letters and digits, the form that
 * the strictest provider (Mistral) requires. Used by one thread.
 */
final class CallIds {

  /** The longest provider's id that is kept, in characters. Some ids carry a signature. */
  static final int PROVIDED_MAX = 64 << 10;

  private static final int CHARS = 9;
  private static final String ALPHABET =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

  private final UUID stream;
  private final List<Message> conversation;
  private final Set<String> taken = new HashSet<>();
  private boolean read;

  /** Creates ids for an answer's stream that continues this conversation. */
  CallIds(UUID stream, List<Message> conversation) {
    this.stream = stream;
    this.conversation = conversation;
  }

  /**
   * The id of the next call.
   *
   * @param provided the provider's id, or empty
   * @param seq the number of the event that begins the call
   */
  String next(String provided, long seq) {
    if (!read) {
      conversation.forEach(this::read); // lazily: only answers with calls need it
      read = true;
    }
    if (!provided.isBlank() && provided.length() <= PROVIDED_MAX && taken.add(provided)) {
      return provided;
    }
    int turn = 0;
    String made = made(seq, turn);
    while (!taken.add(made)) {
      made = made(seq, ++turn);
    }
    return made;
  }

  private void read(Message message) {
    if (message instanceof Message.Wire(var json)) {
      JsonNode turn = JsonMapper.shared().readTree(json);
      turn.path("tool_calls").forEach(call -> taken.add(call.path("id").asString("")));
      taken.add(turn.path("tool_call_id").asString(""));
    }
  }

  private String made(long seq, int turn) {
    ByteBuffer from = ByteBuffer.allocate(2 * Long.BYTES + Long.BYTES + Integer.BYTES);
    from.putLong(stream.getMostSignificantBits()).putLong(stream.getLeastSignificantBits());
    from.putLong(seq).putInt(turn);
    long rest = ByteBuffer.wrap(digest(from.array())).getLong();
    StringBuilder id = new StringBuilder(CHARS);
    for (int i = 0; i < CHARS; i++) {
      id.append(ALPHABET.charAt((int) Long.remainderUnsigned(rest, ALPHABET.length())));
      rest = Long.divideUnsigned(rest, ALPHABET.length());
    }
    return id.toString();
  }

  private static byte[] digest(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
