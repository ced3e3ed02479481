package dev.everbrook.suite;

import java.util.List;
import java.util.Locale;

/**
 * What became of a test class.
 *
 * @param name without the package
 * @param seconds from its first line to its last, set-up included
 * @param failures the name of each failed test and its stack trace
 */
record Result(
    String name, int passed, int failed, int skipped, double seconds, List<String> failures) {

  /** One line that holds it all. */
  String format() {
    StringBuilder line =
        new StringBuilder(
            String.join(
                "\t",
                name,
                Integer.toString(passed),
                Integer.toString(failed),
                Integer.toString(skipped),
                Double.toString(seconds)));
    for (String failure : failures) {
      line.append('\t')
          .append(
              failure
                  .replace("\\", "\\\\")
                  .replace("\t", "    ")
                  .replace("\r", "")
                  .replace("\n", "\\n"));
    }
    return line.toString();
  }

  /** Reads such a line. */
  static Result parse(String line) {
    List<String> parts = List.of(line.split("\t", -1));
    return new Result(
        parts.get(0),
        Integer.parseInt(parts.get(1)),
        Integer.parseInt(parts.get(2)),
        Integer.parseInt(parts.get(3)),
        Double.parseDouble(parts.get(4)),
        parts.subList(5, parts.size()).stream().map(Result::unescape).toList());
  }

  private static String unescape(String text) {
    return text.replace("\\\\", "\0").replace("\\n", "\n").replace('\0', '\\');
  }

  /** What is printed when the class has ended. */
  String line(String module) {
    String tests = failed == 0 ? passed + " passed" : failed + " FAILED, " + passed + " passed";
    return String.format(
        Locale.ROOT,
        "%-10s %-34s %6.1f s  %s%s",
        module,
        name,
        seconds,
        tests,
        skipped == 0 ? "" : ", " + skipped + " skipped");
  }
}
