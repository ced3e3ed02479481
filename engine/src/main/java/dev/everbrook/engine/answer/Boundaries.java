package dev.everbrook.engine.answer;

import java.lang.Character.UnicodeScript;

/**
 * Finds the ends of words or sentences in growing text. Used by one thread at a time.
 *
 * <p>An end counts only when the text so far proves it, since a full stop at the end may belong to
 * "3.14". By default a sentence ends with the space or line break after its mark. In scripts
 * without spaces between words, each character counts as a word, and a sentence ends with its mark.
 */
sealed interface Boundaries {

  /**
   * Reads the next piece; returns the offset in it at which the last word or sentence ends, or 0.
   */
  int last(String piece);

  /** The ends of words. */
  record Words() implements Boundaries {

    private static final String MARKS = "、，：；";

    @Override
    public int last(String piece) {
      for (int end = piece.length(); end > 0; end = piece.offsetByCodePoints(end, -1)) {
        int c = piece.codePointBefore(end);
        if (Character.isWhitespace(c) || isWordOfItsOwn(c)) {
          return end;
        }
      }
      return 0;
    }

    private static boolean isWordOfItsOwn(int c) {
      if (c < 0x0E00) {
        return false; // the first script of this kind is Thai
      }
      return Character.isIdeographic(c)
          || MARKS.indexOf(c) >= 0
          || Sentences.FULL_WIDTH_MARKS.indexOf(c) >= 0
          || switch (UnicodeScript.of(c)) {
            case HIRAGANA, KATAKANA, BOPOMOFO, YI, THAI, LAO, KHMER, MYANMAR -> true;
            default -> false;
          };
    }
  }

  /** The ends of sentences and lines. */
  final class Sentences implements Boundaries {

    static final String FULL_WIDTH_MARKS = "。！？｡．︒";
    private static final String MARKS = ".!?…؟۔।॥";
    private static final String LINES = "\n\u2028\u2029";
    private static final String CLOSERS = "\"'’”»)]}*_」』）】〉》";

    private enum Seen {
      NOTHING,
      MARK,
      FULL_WIDTH_MARK,
      END
    }

    private Seen seen = Seen.NOTHING;

    @Override
    public int last(String piece) {
      int last = 0;
      for (int i = 0; i < piece.length(); i++) {
        if (endsWith(piece.charAt(i))) {
          last = i + 1;
        }
      }
      return last;
    }

    private boolean endsWith(char c) {
      if (LINES.indexOf(c) >= 0 || Character.isWhitespace(c) && seen != Seen.NOTHING) {
        seen = Seen.END;
      } else if (FULL_WIDTH_MARKS.indexOf(c) >= 0) {
        seen = Seen.FULL_WIDTH_MARK;
      } else if (MARKS.indexOf(c) >= 0) {
        seen = Seen.MARK;
      } else if (seen == Seen.END || CLOSERS.indexOf(c) < 0) {
        seen = Seen.NOTHING;
      }
      return seen == Seen.END || seen == Seen.FULL_WIDTH_MARK;
    }
  }
}
