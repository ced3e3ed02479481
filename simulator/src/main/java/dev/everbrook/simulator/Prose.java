package dev.everbrook.simulator;

import java.util.List;
import java.util.SplittableRandom;

/**
 * Writes text that counts its own words: the word {@code w17} is the seventeenth, so a piece that
 * was lost or came twice shows wherever the text is cut. {@link Numbering} checks it.
 */
final class Prose {

  private static final List<String> SUBJECTS =
      List.of(
          "the river",
          "a patient reader",
          "every stream",
          "the old harbour",
          "a café in Zürich",
          "the night train",
          "a careful clerk",
          "the lighthouse",
          "une équipe calme",
          "the archive");
  private static final List<String> VERBS =
      List.of(
          "keeps",
          "carries",
          "remembers",
          "counts",
          "follows",
          "returns",
          "mends",
          "gathers",
          "outlives",
          "answers");
  private static final List<String> OBJECTS =
      List.of(
          "its letters",
          "the long way home",
          "what was promised",
          "漢字 on the wall",
          "a lantern 🏮",
          "small stones",
          "the tide 🌊",
          "each page in order",
          "naïve questions",
          "the same song twice",
          "a map of the coast 🧭",
          "日本語 and Ελληνικά");
  private static final List<String> JOINS =
      List.of("while", "because", "although", "and", "so that", "before", "until");

  private final SplittableRandom chance;
  private final StringBuilder text = new StringBuilder();
  private int words;

  Prose(SplittableRandom chance) {
    this.chance = chance;
  }

  /** Adds words as they stand; each run of other than white space counts. */
  Prose add(String piece) {
    boolean within = !text.isEmpty() && !isSpace(text.length() - 1);
    for (int i = 0; i < piece.length(); i++) {
      text.append(piece.charAt(i));
      boolean space = isSpace(text.length() - 1);
      if (!space && !within) {
        words++;
      }
      within = !space;
    }
    return this;
  }

  /** Adds the number of this very word, with what surrounds it: {@code mark("(", ").")}. */
  Prose mark(String before, String after) {
    return add(before + "w" + (words + 1) + after);
  }

  Prose sentence() {
    clause(true);
    add(" " + pick(JOINS));
    clause(false);
    return add(" ").mark("", ". ");
  }

  Prose paragraph(int sentences) {
    for (int i = 0; i < sentences; i++) {
      sentence();
    }
    text.setLength(text.length() - 1);
    return add("\n\n");
  }

  int words() {
    return words;
  }

  int choose(int bound) {
    return chance.nextInt(bound);
  }

  String text() {
    return text.toString();
  }

  private void clause(boolean first) {
    String subject = pick(SUBJECTS);
    add(first ? Character.toUpperCase(subject.charAt(0)) + subject.substring(1) : " " + subject);
    add(" ").mark("", " ").add(pick(VERBS) + " " + pick(OBJECTS));
  }

  private String pick(List<String> of) {
    return of.get(chance.nextInt(of.size()));
  }

  private boolean isSpace(int at) {
    return Character.isWhitespace(text.charAt(at));
  }
}
