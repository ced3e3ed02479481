package dev.everbrook.server.api.durablestreams;

import dev.everbrook.engine.channel.Append;
import dev.everbrook.engine.channel.ContentType;
import dev.everbrook.engine.channel.Lifetime;
import dev.everbrook.engine.channel.Producer;
import dev.everbrook.server.http.HttpFailure;
import dev.everbrook.server.http.Request;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.regex.Pattern;

/** The protocol's headers of a request. Invalid values are refused with 400. */
record StreamHeaders(Request request) {

  static final String CLOSED = "stream-closed";
  static final String TTL = "stream-ttl";
  static final String EXPIRES_AT = "stream-expires-at";

  private static final Pattern NUMBER = Pattern.compile("0|[1-9]\\d{0,15}");

  /** Whether the request closes the stream; any value but {@code true} is ignored. */
  boolean closes() {
    return request.header(CLOSED).orElse("").equalsIgnoreCase("true");
  }

  Optional<ContentType> contentType() {
    return request
        .header("content-type")
        .filter(it -> !it.isBlank())
        .map(StreamHeaders::contentType);
  }

  private static ContentType contentType(String text) {
    try {
      return new ContentType(text.strip());
    } catch (IllegalArgumentException e) {
      throw HttpFailure.badRequest("Content-Type: " + e.getMessage() + ".");
    }
  }

  Optional<Lifetime> lifetime() {
    Optional<String> ttl = request.header(TTL);
    Optional<String> expiresAt = request.header(EXPIRES_AT);
    if (ttl.isPresent() && expiresAt.isPresent()) {
      throw HttpFailure.badRequest(
          "Stream-TTL and Stream-Expires-At exclude each other: send one of them.");
    }
    return ttl.map(StreamHeaders::sliding).or(() -> expiresAt.map(StreamHeaders::until));
  }

  private static Lifetime sliding(String text) {
    long seconds = number("Stream-TTL", text, Lifetime.Sliding.SECONDS_MAX);
    return new Lifetime.Sliding(Duration.ofSeconds(seconds));
  }

  private static Lifetime until(String text) {
    try {
      return new Lifetime.Until(OffsetDateTime.parse(text.strip()).toInstant());
    } catch (DateTimeParseException | IllegalArgumentException _) {
      throw HttpFailure.badRequest(
          "Stream-Expires-At must be a time such as 2030-01-31T12:00:00Z, before the year 10000.");
    }
  }

  /** The producer; either all three headers are present or none. */
  Optional<Producer> producer() {
    Optional<String> id = request.header("producer-id");
    Optional<String> epoch = request.header("producer-epoch");
    Optional<String> seq = request.header("producer-seq");
    if (id.isEmpty() && epoch.isEmpty() && seq.isEmpty()) {
      return Optional.empty();
    }
    if (id.isEmpty() || epoch.isEmpty() || seq.isEmpty()) {
      throw HttpFailure.badRequest(
          "Producer-Id, Producer-Epoch and Producer-Seq go together, and at least one is missing.");
    }
    if (id.get().isEmpty() || id.get().length() > Producer.ID_MAX) {
      throw HttpFailure.badRequest(
          "Producer-Id must have 1 to " + Producer.ID_MAX + " characters.");
    }
    return Optional.of(
        new Producer(
            id.get(),
            number("Producer-Epoch", epoch.get(), Producer.NUMBER_MAX),
            number("Producer-Seq", seq.get(), Producer.NUMBER_MAX)));
  }

  Optional<String> seq() {
    Optional<String> seq = request.header("stream-seq");
    if (seq.isPresent() && seq.get().length() > Append.SEQ_MAX) {
      throw HttpFailure.badRequest(
          "Stream-Seq may have at most " + Append.SEQ_MAX + " characters.");
    }
    return seq;
  }

  /** Reads a number of digits only, without leading zeros. */
  static long number(String name, String text, long most) {
    if (NUMBER.matcher(text).matches() && Long.parseLong(text) <= most) {
      return Long.parseLong(text);
    }
    throw HttpFailure.badRequest(
        name + " must be a whole number from 0 to " + most + ", without a sign or leading zeros.");
  }
}
