package dev.everbrook.model;

/**
 * Keeps a surrogate pair together that a provider cut between two deltas ({@code "\ud83d"} now,
 * {@code "\ude00"} later): each half alone could not be stored as UTF-8.
 */
final class WholeCharacters {

  private String held = "";

  /** What may be handed out now; the last half of a pair waits for its other half. */
  String take(String piece) {
    if (piece.isEmpty()) {
      return "";
    }
    String text = held + piece;
    boolean cut = Character.isHighSurrogate(text.charAt(text.length() - 1));
    held = cut ? text.substring(text.length() - 1) : "";
    return cut ? text.substring(0, text.length() - 1) : text;
  }
}
