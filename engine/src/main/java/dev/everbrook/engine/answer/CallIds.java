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
 * Gives tool calls ids that are unique in their conversation. Providers send none, or {@code
 * call_0} with every answer; the id connects a result with its call, in the client and in the next
 * request.
 *
 * <p>The provider's id is kept by default, since some providers put meaning into it. An id that is
 * absent, blank, too long or taken is replaced by one derived from the stream and the number of the
 * event that has it; replays read it from the log. It has nine letters and digits, the form that
 * the strictest provider (Mistral) requires. Used by one thread.
 */
final class CallIds {

  /** The longest id of a provider that is kept, in characters; some carry a signature in it. */
  static final int PROVIDED_MAX = 64 << 10;

  private static final int CHARS = 9;
  private static final String ALPHABET =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

  private final UUID stream;
  private final List<Message> conversation;
  private final Set<String> taken = new HashSet<>();
  private boolean read;

  /** For an answer's stream, which goes on with this conversation. */
  CallIds(UUID stream, List<Message> conversation) {
    this.stream = stream;
    this.conversation = conversation;
  }

  /**
   * The id of the next call.
   *
   * @param provided the provider's, empty if it sent none
   * @param seq the number of the event that begins the call
   */
  String next(String provided, long seq) {
    if (!read) {
      conversation.forEach(this::read); // only an answer that calls needs to know
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
