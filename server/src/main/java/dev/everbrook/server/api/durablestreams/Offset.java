package dev.everbrook.server.api.durablestreams;

import dev.everbrook.server.http.HttpFailure;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A place in a stream on the wire: the number of events before it, in sixteen digits, so that
 * offsets sort as text. The longer form {@code 0000000000000007_0000000000000000} is accepted as
 * well.
 */
sealed interface Offset {

  /** The place before the event with this number. */
  record At(long event) implements Offset {}

  /** The place after the last event. */
  record Now() implements Offset {}

  Pattern FORM = Pattern.compile("(\\d{16})(?:_0{16})?");

  /** Reads an offset; {@code -1} or an absent offset is the beginning. */
  static Offset of(Optional<String> given) {
    return switch (given.orElse("-1")) {
      case "-1" -> new At(0);
      case "now" -> new Now();
      case String text -> new At(event("offset", text));
    };
  }

  /** Reads the number of an offset other than {@code -1} and {@code now}. */
  static long event(String what, String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw HttpFailure.badRequest(
          "The " + what + " is not an offset of this server; an offset has sixteen digits.");
    }
    return Long.parseLong(form.group(1));
  }

  static String text(long event) {
    return String.format(Locale.ROOT, "%016d", event);
  }
}
