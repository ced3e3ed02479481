package dev.everbrook.server.api.openai;

import dev.everbrook.server.http.Request;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/** The ids of a stream in this dialect: a prefix for its kind, then 32 hexadecimal digits. */
final class ResponseIds {

  private static final String RESPONSE = "resp_";
  private static final Pattern HEX = Pattern.compile("[0-9a-f]{32}");
  private static final Pattern PARTS = Pattern.compile("(.{8})(.{4})(.{4})(.{4})(.{12})");

  private ResponseIds() {}

  static String hex(UUID stream) {
    return stream.toString().replace("-", "");
  }

  static String response(UUID stream) {
    return RESPONSE + hex(stream);
  }

  /** The stream of a response; empty if the text is not a response's id. */
  static Optional<UUID> stream(String response) {
    if (!response.startsWith(RESPONSE)) {
      return Optional.empty();
    }
    String hex = response.substring(RESPONSE.length());
    return HEX.matcher(hex).matches()
        ? Request.uuid(PARTS.matcher(hex).replaceFirst("$1-$2-$3-$4-$5"))
        : Optional.empty();
  }
}
