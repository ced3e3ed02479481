package dev.everbrook.server.chat;

import dev.everbrook.server.http.ContentCodings;
import java.util.Map;
import java.util.Optional;

/**
 * A file for the browser. Its name has its content's hash, so it may be cached for ever: {@link
 * #CACHE_CONTROL}. The bytes are shared by all readers and must not be changed.
 *
 * @param forms its bytes by content coding, always including {@link ContentCodings#IDENTITY}
 */
public record Asset(String name, String contentType, Map<String, byte[]> forms) {

  public static final String CACHE_CONTROL = "public, max-age=31536000, immutable";

  public Asset {
    if (!forms.containsKey(ContentCodings.IDENTITY)) {
      throw new IllegalArgumentException("The asset " + name + " lacks its plain form");
    }
    forms = Map.copyOf(forms);
  }

  /** The content coding that this client prefers. */
  String coding(Optional<String> accepted) {
    return ContentCodings.best(accepted, forms.keySet());
  }

  byte[] bytes(String coding) {
    byte[] bytes = forms.get(coding);
    if (bytes == null) {
      throw new IllegalArgumentException("The asset " + name + " has no form " + coding);
    }
    return bytes;
  }

  /** The ETag of a form; each form is another body and has its own. */
  String etag(String coding) {
    return "\"" + name + "." + coding + "\"";
  }
}
