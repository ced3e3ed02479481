package dev.everbrook.simulator;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Something that goes wrong, as named by a suffix of the model: {@code !kind}, {@code !kind@at},
 * {@code !kind*calls}, {@code !kind@at*calls}.
 *
 * @param kind what goes wrong
 * @param at its number: tokens, or seconds for {@code 429} and {@code slow}; negative if not given
 * @param calls only the first so many calls of a conversation are hit
 */
record Fault(Kind kind, int at, int calls) {

  private static final Pattern SUFFIX =
      Pattern.compile("([a-z0-9]+)(?:@(\\d{1,6}))?(?:\\*(\\d{1,6}))?");

  /** Every fault there is; the README of this module has the table. */
  enum Kind {
    STATUS_429("429"),
    STATUS_500("500"),
    STATUS_503("503"),
    STATUS_401("401"),
    HTML_502("html502"),
    ERROR_UNDER_200("err200"),
    DROP("drop"),
    EOF("eof"),
    STALL("stall"),
    ERROR_MIDWAY("errmid"),
    BAD_JSON("badjson"),
    SLOW("slow"),
    NO_FINISH("nofinish"),
    NO_DONE("nodone"),
    SPLIT("split"),
    CRLF("crlf"),
    BOM("bom"),
    COMMENT("comment"),
    GLUE("glue"),
    USAGE_TWICE("dupusage"),
    EMPTY("empty"),
    REFUSE("refuse"),
    LENGTH("len"),
    THINK("think"),
    TOOLS("tools");

    private final String suffix;

    Kind(String suffix) {
      this.suffix = suffix;
    }

    String suffix() {
      return suffix;
    }
  }

  /** Reads a suffix without its exclamation mark; empty if it names no fault. */
  static Optional<Fault> of(String suffix) {
    Matcher parts = SUFFIX.matcher(suffix.toLowerCase(Locale.ROOT));
    if (!parts.matches()) {
      return Optional.empty();
    }
    String name = parts.group(1);
    int at = parts.group(2) == null ? -1 : Integer.parseInt(parts.group(2));
    int calls = parts.group(3) == null ? Integer.MAX_VALUE : Integer.parseInt(parts.group(3));
    return Arrays.stream(Kind.values())
        .filter(kind -> kind.suffix.equals(name))
        .findAny()
        .map(kind -> new Fault(kind, at, calls));
  }

  int atOr(int otherwise) {
    return at < 0 ? otherwise : at;
  }
}
