package dev.everbrook.simulator;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a simulated model says to a conversation: a function of seed, model and messages, nothing
 * else. A prompt with {@code words:N} gets exactly N words (at most 100,000); any other gets 150 to
 * 400 tokens, and now and then a list, a table or a block of code. What tools came to is repeated
 * first.
 *
 * @param thinking what a reasoning model says before, else empty
 * @param text the whole answer
 */
record Answer(String thinking, String text) {

  /** How many words are thought if nothing else is said. */
  static final int THOUGHTS = 60;

  private static final int WORDS_MAX = 100_000;
  private static final int QUOTE_MAX = 60;
  private static final Pattern WORDS = Pattern.compile("words:(\\d{1,6})");
  private static final Pattern PIECE = Pattern.compile("\\s*\\S{1,12}|\\s+");
  private static final Pattern OWN_MARKS = Pattern.compile("w\\d+");

  static Answer to(long seed, Profile profile, List<Turn> messages) {
    SplittableRandom chance = Draw.from(seed, profile.model(), messages);
    String question =
        messages.reversed().stream()
            .filter(turn -> turn.role().equals("user"))
            .map(Turn::content)
            .findFirst()
            .orElse("");
    Matcher asked = WORDS.matcher(question);
    String text =
        asked.find()
            ? exactly(Math.clamp(Integer.parseInt(asked.group(1)), 1, WORDS_MAX), chance)
            : pages(question, chance);
    return new Answer(thinking(profile.thinkingTokens(), chance), results(messages) + text);
  }

  /** So many words of thought about a conversation. */
  static String thinking(int words, List<Turn> messages) {
    return thinking(Math.min(words, WORDS_MAX), Draw.from(0, "thinking", messages));
  }

  /** The results of tools at the end of a conversation, in words. */
  private static String results(List<Turn> messages) {
    StringBuilder results = new StringBuilder();
    for (int i = messages.size() - 1; i >= 0 && messages.get(i).isToolResult(); i--) {
      results.insert(0, "The tool said “" + quote(messages.get(i).content()) + "”. ");
    }
    return results.toString();
  }

  /** Cuts a text into tokens: word-like pieces that, joined, are the text again. */
  static List<String> tokens(String text) {
    List<String> tokens = new ArrayList<>();
    Matcher piece = PIECE.matcher(text);
    while (piece.find()) {
      tokens.add(piece.group());
    }
    return tokens;
  }

  private static String exactly(int words, SplittableRandom chance) {
    Prose prose = new Prose(chance);
    while (prose.words() < words) {
      prose.sentence();
    }
    Matcher word = Pattern.compile("\\S+").matcher(prose.text());
    int end = 0;
    for (int i = 0; i < words && word.find(); i++) {
      end = word.end();
    }
    return prose.text().substring(0, end);
  }

  private static String pages(String question, SplittableRandom chance) {
    Prose prose = new Prose(chance);
    prose.add("This is a simulated answer to “" + quote(question) + "”. ").paragraph(3);
    switch (prose.choose(4)) {
      case 0 -> list(prose);
      case 1 -> table(prose);
      case 2 -> code(prose);
      default -> prose.paragraph(2);
    }
    prose.paragraph(2 + prose.choose(3));
    while (prose.words() < 150) {
      prose.paragraph(2);
    }
    prose.add("That is the end ").mark("", " 🏁.");
    return prose.text();
  }

  private static void list(Prose prose) {
    prose.add("## Three things ").mark("", "\n\n");
    for (int i = 0; i < 3; i++) {
      prose.add("- **point** ").mark("", ": ").paragraph(1);
    }
  }

  private static void table(Prose prose) {
    prose.add("| place | number |\n|---|---|\n");
    for (String place : List.of("café", "漢字", "harbour ⚓")) {
      prose.add("| " + place + " | ").mark("", " |\n");
    }
    prose.add("\n");
  }

  private static void code(Prose prose) {
    prose.add("```java\nrecord Word(int number) {}\n\n");
    for (int i = 0; i < 3; i++) {
      prose.add("var word = ").mark("\"", "\"; // naïve\n");
    }
    prose.add("```\n\n");
  }

  private static String thinking(int tokens, SplittableRandom chance) {
    return tokens == 0 ? "" : exactly(tokens, chance);
  }

  /** The beginning of the question on one line; numbers that look like ours are taken out. */
  private static String quote(String question) {
    String line = OWN_MARKS.matcher(question).replaceAll("…").strip().replaceAll("\\s+", " ");
    if (line.codePointCount(0, line.length()) <= QUOTE_MAX) {
      return line;
    }
    return line.substring(0, line.offsetByCodePoints(0, QUOTE_MAX)).strip() + "…";
  }
}
