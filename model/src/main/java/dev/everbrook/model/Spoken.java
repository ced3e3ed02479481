package dev.everbrook.model;

/**
 * The text so far of one kind: answer, reasoning, refusal, or the arguments of a call. Joins a
 * surrogate pair that a provider cut between two pieces ({@code "\ud83d"} now, {@code "\ude00"}
 * later), since a half alone cannot be stored as UTF-8. Finds the new part of a text that repeats
 * earlier text. Of the earlier text, only the length, a hash and both ends are kept. For one
 * thread.
 */
final class Spoken {

  private static final int END_CHARS = 64;

  private String held = "";
  private long chars;
  private long hash;
  private String beginning = "";
  private String end = "";
  private long solidChars;
  private long solidHash;
  private boolean inPieces;
  private boolean inMessages;

  /**
   * The part of the next piece that may be emitted now; a half surrogate pair at its end waits for
   * its other half.
   */
  String piece(String piece) {
    inPieces |= !piece.isEmpty();
    return add(piece);
  }

  /**
   * The new part of a message, which repeats all text so far. A provider may repeat the text of its
   * pieces with changed white space, which is not new. It may also cut its text into consecutive
   * messages; then each is a piece.
   */
  String whole(String whole) {
    if (whole.isEmpty()) {
      return "";
    }
    if (isBegunBy(whole) && (!inMessages || chars >= END_CHARS)) {
      return add(whole.substring((int) chars));
    }
    int tidied = inPieces ? endOfTidied(whole) : -1;
    if (tidied >= 0) {
      String rest = whole.substring(tidied);
      return rest.isBlank() ? "" : add(rest);
    }
    if (inPieces && (endsAlike(whole) || beginsAlike(whole))) {
      return "";
    }
    inMessages = chars > 0;
    return add(whole);
  }

  /**
   * The part of {@code whole} after the text so far; empty if {@code whole} does not begin with
   * that text.
   */
  String following(String whole) {
    return isBegunBy(whole) ? add(whole.substring((int) chars)) : "";
  }

  /** Whether this is exactly the text so far. */
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
    String solid = solid(piece);
    solidChars += solid.length();
    solidHash = hash(solidHash, solid, solid.length());
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

  /** Whether {@code whole} begins with the text so far. */
  boolean isBegunBy(String whole) {
    return whole.length() >= chars && hash(0, whole, (int) chars) == hash;
  }

  /** Whether {@code text} and the text so far begin alike, as far as the beginning is kept. */
  boolean beginsAs(String text) {
    int length = Math.min(beginning.length(), text.length());
    return length > 0 && beginning.regionMatches(0, text, 0, length);
  }

  /**
   * The end of the text so far in {@code whole}, ignoring white space; -1 if {@code whole} does not
   * begin with it.
   */
  private int endOfTidied(String whole) {
    String solid = solid(whole);
    if (solid.length() < solidChars || hash(0, solid, (int) solidChars) != solidHash) {
      return -1;
    }
    int end = 0;
    for (long left = solidChars; left > 0; end++) {
      left -= isWhite(whole.charAt(end)) ? 0 : 1;
    }
    return end;
  }

  private boolean endsAlike(String whole) {
    String ours = solid(end);
    String theirs = solid(whole.substring(Math.max(0, whole.length() - END_CHARS)));
    return ours.endsWith(theirs) || theirs.endsWith(ours);
  }

  private boolean beginsAlike(String whole) {
    String ours = solid(beginning);
    String theirs = solid(whole.substring(0, Math.min(whole.length(), END_CHARS)));
    return ours.startsWith(theirs) || theirs.startsWith(ours);
  }

  /** The text without white space, which providers may change. */
  private static String solid(String text) {
    StringBuilder solid = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      if (!isWhite(text.charAt(i))) {
        solid.append(text.charAt(i));
      }
    }
    return solid.toString();
  }

  private static boolean isWhite(char c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c);
  }

  /** A hash that can be continued piece by piece. */
  private static long hash(long before, String text, int length) {
    long hash = before;
    for (int i = 0; i < length; i++) {
      hash = 0x100000001B3L * (hash ^ (text.charAt(i) + 1));
    }
    return hash;
  }
}
