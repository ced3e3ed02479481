package dev.everbrook.architecture;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Something nobody does in this house.
 *
 * @param name what it is about
 * @param pattern what to look for
 * @param view in which form of the file: with its comments, or its strings, or neither
 * @param where the files it holds for
 * @param instead what to do instead
 * @param bad a file that must be caught
 * @param good a file that must not
 */
record Ban(
    String name,
    Pattern pattern,
    Function<Source, String> view,
    Predicate<Source> where,
    String instead,
    Source bad,
    Source good) {

  /** Where a source breaks this ban, a line each. */
  List<String> broken(Source source) {
    List<String> broken = new ArrayList<>();
    if (where.test(source)) {
      Matcher matcher = pattern.matcher(view.apply(source));
      while (matcher.find()) {
        broken.add(
            source.path()
                + ":"
                + source.lineAt(matcher.start())
                + ": "
                + matcher.group().strip().lines().findFirst().orElse("")
                + " ("
                + name
                + "): "
                + instead);
      }
    }
    return broken;
  }

  @Override
  public String toString() {
    return name;
  }
}
