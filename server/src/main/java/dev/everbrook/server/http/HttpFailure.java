package dev.everbrook.server.http;

/** An expected end of a request: a status, and a message that the client can act on. */
public final class HttpFailure extends RuntimeException {

  /** Words of others may quote what was sent. */
  private static final int WORDS_MAX = 500;

  private final int status;

  public HttpFailure(int status, String message) {
    super(message, null, false, false);
    this.status = status;
  }

  public static HttpFailure badRequest(String message) {
    return new HttpFailure(400, message);
  }

  /** What a value of the engine says when it refuses what it was to be made of. */
  public static HttpFailure badRequest(RuntimeException refusal) {
    return badRequest(Quoted.cut(String.valueOf(refusal.getMessage()), WORDS_MAX) + ".");
  }

  public static HttpFailure notFound(String message) {
    return new HttpFailure(404, message);
  }

  public int status() {
    return status;
  }

  /** What the client is told. */
  public String text() {
    return String.valueOf(getMessage());
  }
}
