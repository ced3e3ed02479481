package dev.everbrook.simulator;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Checks a simulated text: where a word {@code wN} is not the N-th word, something is missing. */
public final class Numbering {

  private static final Pattern WORD = Pattern.compile("\\S+");
  private static final Pattern MARK = Pattern.compile("w(\\d+)\\b");

  private Numbering() {}

  /** What is wrong with the text, in a sentence; empty if every number is in its place. */
  public static Optional<String> faultIn(String text) {
    Matcher words = WORD.matcher(text);
    for (int position = 1; words.find(); position++) {
      Matcher mark = MARK.matcher(words.group());
      if (mark.find() && Integer.parseInt(mark.group(1)) != position) {
        return Optional.of("word " + position + " says it is " + mark.group());
      }
    }
    return Optional.empty();
  }
}
