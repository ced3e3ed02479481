package dev.everbrook.architecture;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A committed text file.
 *
 * @param path from the root of the repository, with slashes
 * @param text as it is
 * @param code a Java file without its comments (blanked, so that lines keep their numbers); the
 *     text itself for other files
 * @param bare the code without the insides of its strings
 */
record Source(String path, String text, String code, String bare) {
  private static final Pattern PACKAGE = Pattern.compile("(?m)^package ([a-z0-9_.]+);");

  static Source of(String path, String text) {
    if (!path.endsWith(".java")) {
      return new Source(path, text, text, text);
    }
    return new Source(path, text, Blanked.withoutComments(text), Blanked.withoutStrings(text));
  }

  boolean isJava() {
    return path.endsWith(".java");
  }

  /** Whether it is code of a room; a {@code module-info} is in none. */
  boolean isMain() {
    return isJava() && path.contains("/src/main/java/") && !fileName().equals("module-info.java");
  }

  boolean isTest() {
    return isJava() && path.contains("/src/test/java/");
  }

  boolean isIn(String folder) {
    return path.startsWith(folder + "/");
  }

  String fileName() {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /** The Java package; empty when none is named. */
  String packageName() {
    Matcher matcher = PACKAGE.matcher(bare);
    return matcher.find() ? matcher.group(1) : "";
  }

  /** The number of the line in which this offset lies, from 1. */
  int lineAt(int offset) {
    return (int) text.substring(0, offset).chars().filter(c -> c == '\n').count() + 1;
  }
}
