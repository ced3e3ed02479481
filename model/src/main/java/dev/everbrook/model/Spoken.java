package dev.everbrook.model;

/**
 * What was said so far in one voice: text, thinking, refusal, or the arguments of a call. Keeps a
 * surrogate pair together that a provider cut between two pieces ({@code "\ud83d"} now, {@code
 * "\ude00"} later), as each half alone could not be stored as UTF-8, and finds what is new in a
 * text that repeats what was said. Of that only the length, a hash and both ends are kept. For one
 * thread.
 */
final class Spoken {

  private static final int END_CHARS = 64;

  private String held = "";
  private long chars;
  private long hash;
  private String beginning = "";
  private String end = "";
  private boolean inPieces;
  private boolean inMessages;

  /** What may be handed out of the next piece; the last half of a pair waits for its other half. */
  String piece(String piece) {
    inPieces |= !piece.isEmpty();
    return add(piece);
  }

  /**
   * What is new in a message, which says all so far: what follows on that. A provider may repeat
   * the text of its pieces after it has tidied that up, which is nothing new. It may also cut its
   * text into one message after the other; then each is a piece.
   */
  String whole(String whole) {
    if (whole.isEmpty()) {
      return "";
    }
    if (isBegunBy(whole) && (!inMessages || chars >= END_CHARS)) {
      return add(whole.substring((int) chars));
    }
    if (inPieces && endsAlike(whole)) {
      return "";
    }
    inMessages = chars > 0;
    return add(whole);
  }

  /** What follows in {@code whole} on what was said; nothing where it does not begin with that. */
  String following(String whole) {
    return isBegunBy(whole) ? add(whole.substring((int) chars)) : "";
  }

  /** Whether exactly this was said. */
  boolean is(String whole) {
    return whole.length() == chars && isBegunBy(whole);
  }

  boolean isEmpty() {
    return chars == 0;
  }

  private String add(String piece) {
    if (piece.isEmpty()) {
      return "";
    }
    chars += piece.length();
    hash = hash(hash, piece, piece.length());
    if (beginning.length() < END_CHARS) {
      String first = beginning + piece;
      beginning = first.substring(0, Math.min(first.length(), END_CHARS));
    }
    String said = end + piece;
    end = said.substring(Math.max(0, said.length() - END_CHARS));
    String text = held + piece;
    boolean cut = Character.isHighSurrogate(text.charAt(text.length() - 1));
    held = cut ? text.substring(text.length() - 1) : "";
    return cut ? text.substring(0, text.length() - 1) : text;
  }

  /** Whether {@code whole} begins with what was said. */
  boolean isBegunBy(String whole) {
    return whole.length() >= chars && hash(0, whole, (int) chars) == hash;
  }

  /** Whether {@code text} and what was said begin in the same way, as far as that is kept. */
  boolean beginsAs(String text) {
    int length = Math.min(beginning.length(), text.length());
    return length > 0 && beginning.regionMatches(0, text, 0, length);
  }

  private boolean endsAlike(String whole) {
    String ours = end.strip();
    String theirs = whole.strip();
    return theirs.length() < ours.length() ? ours.endsWith(theirs) : theirs.endsWith(ours);
  }

  /** Can be taken further piece by piece. */
  private static long hash(long before, String text, int length) {
    long hash = before;
    for (int i = 0; i < length; i++) {
      hash = 0x100000001B3L * (hash ^ (text.charAt(i) + 1));
    }
    return hash;
  }
}
