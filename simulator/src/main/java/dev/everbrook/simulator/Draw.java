package dev.everbrook.simulator;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;

/** Chance that is the same every time: a generator seeded by what was asked. */
final class Draw {

  private Draw() {}

  static SplittableRandom from(long seed, String what, List<Turn> messages) {
    return new SplittableRandom(seed ^ ByteBuffer.wrap(digest(what, messages)).getLong());
  }

  /** A short name for a conversation, the same in every run. */
  static String hash(List<Turn> messages) {
    return HexFormat.of().formatHex(digest("", messages), 0, 8);
  }

  private static byte[] digest(String what, List<Turn> messages) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      add(digest, what);
      for (Turn turn : messages) {
        add(digest, turn.role());
        add(digest, turn.content());
      }
      return digest.digest();
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java has SHA-256", impossible);
    }
  }

  private static void add(MessageDigest digest, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    digest.update(ByteBuffer.allocate(4).putInt(bytes.length).array());
    digest.update(bytes);
  }
}
