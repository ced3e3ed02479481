package dev.everbrook.server.http;

import dev.everbrook.engine.text.Excerpt;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * Reads the parameters of a query and the parts of a path. A value that does not fit is refused
 * with the name, the rule and the value.
 */
public final class RequestParameters {

  private static final Pattern WHOLE = Pattern.compile("-?[0-9]{1,19}");

  private RequestParameters() {}

  /** Refuses unknown and repeated parameters, since an ignored filter misleads. */
  public static void only(Request request, String... known) {
    List<String> names = List.of(known);
    request.query().keySet().stream()
        .filter(name -> !names.contains(name))
        .findFirst()
        .ifPresent(name -> {
          throw HttpFailure.badRequest(
              "There is no parameter '"
                  + Excerpt.of(name)
                  + "' here; known are "
                  + (names.isEmpty() ? "none" : String.join(", ", names))
                  + ".");
        });
    request.repeated().stream()
        .findFirst()
        .ifPresent(name -> {
          throw HttpFailure.badRequest(
              "The parameter '" + Excerpt.of(name) + "' may stand only once.");
        });
  }

  public static long whole(
      Request request, String parameter, long otherwise, long least, long most) {
    return request
        .parameter(parameter)
        .map(text -> whole(parameter, text, least, most))
        .orElse(otherwise);
  }

  /**
   * A whole number.
   *
   * @param what its name, for the beginning of the message
   */
  public static long whole(String what, String text, long least, long most) {
    OptionalLong number = whole(text);
    if (number.isPresent() && number.getAsLong() >= least && number.getAsLong() <= most) {
      return number.getAsLong();
    }
    throw HttpFailure.badField(
        what,
        what
            + " must be a whole number from "
            + least
            + " to "
            + most
            + ", was '"
            + Excerpt.of(text)
            + "'.");
  }

  /** A whole number that fits a {@code long}; empty for any other text. */
  public static OptionalLong whole(String text) {
    if (!WHOLE.matcher(text).matches()) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(Long.parseLong(text));
    } catch (NumberFormatException _) {
      return OptionalLong.empty(); // beyond a long
    }
  }

  public static Instant time(String what, String text) {
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException _) {
      throw HttpFailure.badField(
          what,
          what + " must be a time such as 2026-11-21T03:00:00Z, was '" + Excerpt.of(text) + "'.");
    }
  }
}
