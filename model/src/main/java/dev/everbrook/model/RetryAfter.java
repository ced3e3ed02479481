package dev.everbrook.model;

import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The wait that a provider asks for: {@code retry-after-ms}, else {@code Retry-After} as seconds or
 * as an HTTP date, else "try again in 41.724s" in the message. A wait of more than a day is
 * ignored. There is no other cap here; the caller applies its own.
 */
final class RetryAfter {

  private static final Duration BELIEVED_MAX = Duration.ofDays(1);
  private static final Pattern WORDS =
      Pattern.compile(
          "try again in ((?:\\d+(?:\\.\\d+)?\\s?(?:ms|h|m|s)[a-z]*\\s?)+)",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern PART =
      Pattern.compile("(\\d+(?:\\.\\d+)?)\\s?(ms|h|m|s)", Pattern.CASE_INSENSITIVE);

  private RetryAfter() {}

  static Optional<Duration> in(HttpHeaders headers, String message, InstantSource clock) {
    return headers
        .firstValue("retry-after-ms")
        .flatMap(value -> number(value, 1))
        .or(() -> headers.firstValue("retry-after").flatMap(value -> number(value, 1000)))
        .or(() -> headers.firstValue("retry-after").flatMap(value -> date(value, clock)))
        .or(() -> words(message));
  }

  private static Optional<Duration> number(String value, double millisPerUnit) {
    try {
      return believed(Double.parseDouble(value.strip()) * millisPerUnit);
    } catch (NumberFormatException notANumber) {
      return Optional.empty();
    }
  }

  private static Optional<Duration> date(String value, InstantSource clock) {
    try {
      var until = ZonedDateTime.parse(value.strip(), DateTimeFormatter.RFC_1123_DATE_TIME);
      Duration wait = Duration.between(clock.instant(), until.toInstant());
      return believed((double) Math.max(0, wait.toMillis()));
    } catch (DateTimeParseException notADate) {
      return Optional.empty();
    }
  }

  private static Optional<Duration> words(String message) {
    Matcher words = WORDS.matcher(message);
    if (!words.find()) {
      return Optional.empty();
    }
    double millis = 0;
    for (Matcher part = PART.matcher(words.group(1)); part.find(); ) {
      double unit =
          switch (part.group(2).toLowerCase(Locale.ROOT)) {
            case "h" -> 3_600_000;
            case "m" -> 60_000;
            case "s" -> 1_000;
            default -> 1;
          };
      millis += Double.parseDouble(part.group(1)) * unit;
    }
    return believed(millis);
  }

  private static Optional<Duration> believed(double millis) {
    return millis >= 0 && millis <= (double) BELIEVED_MAX.toMillis()
        ? Optional.of(Duration.ofMillis((long) Math.ceil(millis)))
        : Optional.empty();
  }
}
