package dev.everbrook.server.chat;

import java.util.regex.Pattern;
import org.commonmark.node.Image;

/** Shows an image as a link with its description as text. */
final class Images {
  private static final Pattern LINKABLE = AllowedHtml.SHARED.address();

  private Images() {}

  static boolean isLinkable(String address) {
    return LINKABLE.matcher(address).matches();
  }

  static String description(Image image) {
    String words = PlainWords.of(image);
    return words.isBlank() ? "[image]" : "[image: " + words + "]";
  }
}
