package dev.everbrook.server.chat;

import dev.everbrook.server.http.ContentCodings;
import java.util.Map;
import java.util.Optional;

/**
 * A file for the browser. Its name carries its content's hash, so it may be cached for ever: {@link
 * #CACHE_CONTROL}. The bytes are shared by all readers and must not be changed.
 *
 * @param forms its bytes by their content coding, {@link ContentCodings#IDENTITY} always among them
 */
public record Asset(String name, String contentType, Map<String, byte[]> forms) {

  public static final String CACHE_CONTROL = "public, max-age=31536000, immutable";

  public Asset {
    if (!forms.containsKey(ContentCodings.IDENTITY)) {
      throw new IllegalArgumentException("The asset " + name + " lacks its plain form");
    }
    forms = Map.copyOf(forms);
  }

  /** The form that this reader likes best. */
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

  /** Each form is another body, so each has a tag of its own. */
  String etag(String coding) {
    return "\"" + name + "." + coding + "\"";
  }
}
