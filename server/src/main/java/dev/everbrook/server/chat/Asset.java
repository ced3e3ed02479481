package dev.everbrook.server.chat;

/**
 * A file for the browser. Its name carries its content's hash, so it may be cached for ever: {@link
 * #CACHE_CONTROL}. The bytes are shared by all readers and must not be changed.
 */
public record Asset(String contentType, byte[] bytes) {

  public static final String CACHE_CONTROL = "public, max-age=31536000, immutable";
}
