package dev.everbrook.server.api.durablestreams;

import dev.everbrook.server.http.HttpFailure;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A place in a stream on the wire: how many events stand before it, in sixteen digits, so that the
 * order of the texts is the order of the places. The form with sixteen zeros more, {@code
 * 0000000000000007_0000000000000000}, is understood as well.
 */
sealed interface Offset {

  /** The place before the event with this number. */
  record At(long event) implements Offset {}

  /** Behind the last event there is. */
  record Now() implements Offset {}

  Pattern FORM = Pattern.compile("(\\d{16})(?:_0{16})?");

  /** {@code -1} is the beginning, as nothing is. */
  static Offset of(Optional<String> given) {
    return switch (given.orElse("-1")) {
      case "-1" -> new At(0);
      case "now" -> new Now();
      case String text -> new At(event("offset", text));
    };
  }

  /** The number in a text that is neither of the two words. */
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
