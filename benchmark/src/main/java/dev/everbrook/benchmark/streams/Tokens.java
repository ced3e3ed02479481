package dev.everbrook.benchmark.streams;

import java.nio.charset.StandardCharsets;
import java.util.Random;

/**
 * The text that arrives: for every stream and number always the same token, 4 to 6 bytes long. Made
 * ahead, so that the load costs little beside what it measures.
 */
final class Tokens {

  private static final int WORDS = 4_096;
  private static final int SEED = 7;
  private static final String[] TEXTS = texts();
  private static final byte[][] EVENTS = events();

  private Tokens() {}

  static String text(int stream, long index) {
    return TEXTS[word(stream, index)];
  }

  /** The token as the event an answer's stream holds; not to be changed. */
  static byte[] event(int stream, long index) {
    return EVENTS[word(stream, index)];
  }

  private static int word(int stream, long index) {
    long mixed = (stream * 0x9E3779B97F4A7C15L + index) * 0xBF58476D1CE4E5B9L;
    return (int) (mixed >>> 32) & WORDS - 1;
  }

  private static String[] texts() {
    Random random = new Random(SEED);
    String[] texts = new String[WORDS];
    for (int i = 0; i < WORDS; i++) {
      StringBuilder text = new StringBuilder(" ");
      int letters = 3 + random.nextInt(3);
      for (int j = 0; j < letters; j++) {
        text.append((char) ('a' + random.nextInt(26)));
      }
      texts[i] = text.toString();
    }
    return texts;
  }

  private static byte[][] events() {
    byte[][] events = new byte[WORDS][];
    for (int i = 0; i < WORDS; i++) {
      String json = "{\"type\":\"text\",\"text\":\"" + TEXTS[i] + "\"}";
      events[i] = json.getBytes(StandardCharsets.UTF_8);
    }
    return events;
  }
}
