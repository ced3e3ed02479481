package dev.everbrook.model;

import java.util.Optional;

/**
 * The secret for a provider, or none (local servers need none). {@link #toString} never shows it,
 * so it is safe for any log. Immutable.
 */
public final class ApiKey {

  private static final ApiKey NONE = new ApiKey("");

  /** The shortest key that is hidden in texts; hiding a shorter one would remove ordinary words. */
  private static final int HIDEABLE_MIN = 6;

  private final String secret;

  private ApiKey(String secret) {
    this.secret = secret;
  }

  /**
   * The key as the provider issued it; spaces around it are dropped, and a blank one is {@link
   * #none}.
   *
   * @throws IllegalArgumentException if it holds characters that a header cannot; the message does
   *     not show the key
   */
  public static ApiKey of(String key) {
    String secret = key.strip();
    if (!secret.chars().allMatch(c -> c > ' ' && c < 127)) {
      throw new IllegalArgumentException(
          "an API key must be printable ASCII without spaces; check for a pasted line break");
    }
    return secret.isEmpty() ? NONE : new ApiKey(secret);
  }

  /** No key: no Authorization header is sent. */
  public static ApiKey none() {
    return NONE;
  }

  public boolean isPresent() {
    return !secret.isEmpty();
  }

  /** The value of the Authorization header, if there is a key. */
  Optional<String> authorization() {
    return isPresent() ? Optional.of("Bearer " + secret) : Optional.empty();
  }

  /** The text with this key replaced, since providers often quote it in their errors. */
  String hiddenIn(String text) {
    return secret.length() < HIDEABLE_MIN ? text : text.replace(secret, "[key]");
  }

  @Override
  public String toString() {
    return isPresent() ? "ApiKey[set]" : "ApiKey[none]";
  }
}
