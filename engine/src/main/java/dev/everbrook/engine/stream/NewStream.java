package dev.everbrook.engine.stream;

import dev.everbrook.engine.store.Principal;
import java.util.List;

/**
 * A stream to be created.
 *
 * @param owner the only principal that can find it
 * @param kind the kind of its writer, such as {@code answer}
 * @param contentType the media type of one event
 * @param opening its first events, written by the same transaction; may be empty
 */
public record NewStream(Principal owner, String kind, String contentType, List<byte[]> opening) {
  public NewStream {
    opening = List.copyOf(opening);
    if (kind.isBlank() || contentType.isBlank()) {
      throw new IllegalArgumentException("a stream needs a kind and a content type");
    }
  }
}
