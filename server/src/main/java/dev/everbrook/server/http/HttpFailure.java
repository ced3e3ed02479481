package dev.everbrook.server.http;

import dev.everbrook.engine.text.Excerpt;
import java.time.DateTimeException;
import java.util.function.Supplier;

/** An expected end of a request: a status, and a message that the client can act on. */
public final class HttpFailure extends RuntimeException {

  /** A message of the engine may quote a long value. */
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
   * 400, of one field of the body or one parameter.
   *
   * @param field its name, for dialects that give it apart; the message names it too
   */
  public static HttpFailure badField(String field, String message) {
    return new HttpFailure(400, message, field);
  }

  /** 400 with the engine's own message about a value that it refuses. */
  public static HttpFailure badRequest(RuntimeException refusal) {
    return badRequest(Excerpt.of(String.valueOf(refusal.getMessage()), WORDS_MAX) + ".");
  }

  /**
   * Makes a value of the engine.
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

  /** The same for a change. */
  public static void check(Runnable change) {
    checked(() -> {
      change.run();
      return true;
    });
  }

  public static HttpFailure notFound(String message) {
    return new HttpFailure(404, message);
  }

  /** A fault of this server; the cause is in its log only. */
  public static HttpFailure internal() {
    return new HttpFailure(500, "Something went wrong here; it was logged.");
  }

  public int status() {
    return status;
  }

  /** The field or parameter at fault; empty if it is not one alone. */
  public String field() {
    return field;
  }

  /** The message for the client. */
  public String text() {
    return String.valueOf(getMessage());
  }
}
