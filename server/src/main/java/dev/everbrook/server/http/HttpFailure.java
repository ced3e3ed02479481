package dev.everbrook.server.http;

import dev.everbrook.engine.text.Excerpt;
import java.time.DateTimeException;
import java.util.function.Supplier;

/** An expected end of a request: a status, and a message that the client can act on. */
public final class HttpFailure extends RuntimeException {

  /** The longest message of the engine that is passed on, since it may quote a long value. */
  private static final int WORDS_MAX = 500;

  private final int status;
  private final String field;

  public HttpFailure(int status, String message) {
    this(status, message, "");
  }

  private HttpFailure(int status, String message, String field) {
    super(message, null, false, false);
    this.status = status;
    this.field = field;
  }

  public static HttpFailure badRequest(String message) {
    return new HttpFailure(400, message);
  }

  /**
   * A 400 for one field of the body or one parameter.
   *
   * @param field its name, for dialects with a separate field for it; the message names it too
   */
  public static HttpFailure badField(String field, String message) {
    return new HttpFailure(400, message, field);
  }

  /** A 400 with the engine's own message about a refused value. */
  public static HttpFailure badRequest(RuntimeException refusal) {
    return badRequest(Excerpt.of(String.valueOf(refusal.getMessage()), WORDS_MAX) + ".");
  }

  /**
   * Creates a value of the engine.
   *
   * @throws HttpFailure 400 with the engine's message if the engine refuses it
   */
  public static <T> T checked(Supplier<T> value) {
    try {
      return value.get();
    } catch (IllegalArgumentException | DateTimeException e) {
      throw badRequest(e);
    }
  }

  /** As {@link #checked}, for a change. */
  public static void check(Runnable change) {
    checked(() -> {
      change.run();
      return true;
    });
  }

  public static HttpFailure notFound(String message) {
    return new HttpFailure(404, message);
  }

  /** An internal error; its cause is in the log only. */
  public static HttpFailure internal() {
    return new HttpFailure(500, "Something went wrong here; it was logged.");
  }

  public int status() {
    return status;
  }

  /** The wrong field or parameter; empty if it is not a single one. */
  public String field() {
    return field;
  }

  /** The message for the client. */
  public String text() {
    return String.valueOf(getMessage());
  }
}
