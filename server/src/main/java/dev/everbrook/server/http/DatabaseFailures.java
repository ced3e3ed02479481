package dev.everbrook.server.http;

import dev.everbrook.engine.store.StoreFailure;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Turns failures of the database into replies by their SQLSTATE. */
public final class DatabaseFailures {

  private static final Logger log = LoggerFactory.getLogger(DatabaseFailures.class);

  private static final String NO_SUCH_CHARACTER = "22021";

  private DatabaseFailures() {}

  /** The failure for the client; the cause is logged for the operator. */
  public static HttpFailure of(StoreFailure failure) {
    if (failure.isDataError()) {
      // Logged without its message, which may quote the row. Only a client's text can have U+0000.
      Level level = failure.sqlState().equals(NO_SUCH_CHARACTER) ? Level.DEBUG : Level.WARN;
      log.atLevel(level).log("the database refused a value of a request: {}", failure.sqlState());
      return failure.sqlState().startsWith("22")
          ? HttpFailure.badRequest(
              "The database refuses a value of this request; a text with the character"
                  + " U+0000 is the usual reason.")
          : HttpFailure.internal();
    }
    Optional<String> words = words(failure);
    if (words.isEmpty()) {
      log.error("the database refused a statement of a request", failure);
      return HttpFailure.internal();
    }
    log.warn("a request met a failing database: {}", failure.getMessage());
    return new HttpFailure(503, words.get() + " " + advice(failure.sqlState()));
  }

  /**
   * The cause as a sentence; empty if it is an error of this program, which waiting cannot resolve.
   *
   * @param failure any failure except a data error
   */
  public static Optional<String> words(StoreFailure failure) {
    if (failure.isPoolBusy()) {
      return Optional.of(
          "All connections of this server to the database are in use and none became free in"
              + " time.");
    }
    Optional<String> refusal =
        failure
            .writeRefusal()
            .map(why -> "Nothing can be stored at the moment: " + why + ".")
            .or(() -> ofState(failure.sqlState()));
    return refusal.isEmpty() && failure.worthRetrying()
        ? Optional.of("The database cannot be reached.")
        : refusal;
  }

  private static Optional<String> ofState(String sqlState) {
    return switch (sqlState) {
      case "53200" -> Optional.of("The database has no memory left for this.");
      case "53300" -> Optional.of("The database takes no more connections.");
      case "57014" -> Optional.of("The database took longer for this than its limit allows.");
      case "57P01", "57P02", "57P03", "57P05" ->
          Optional.of("The database is being stopped or started.");
      case "55P03" -> Optional.of("Other work locked the same rows for too long.");
      case "40003" -> Optional.of("It is not known whether the database carried this out.");
      default -> ofClass(sqlState.length() < 2 ? "" : sqlState.substring(0, 2));
    };
  }

  private static Optional<String> ofClass(String family) {
    return switch (family) {
      case "25" -> Optional.of("The database ended this work before it was complete.");
      case "28", "3D" ->
          Optional.of("The database refuses this server's user, password or database name.");
      case "40" -> Optional.of("Other work changed the same rows at the same moment.");
      case "53" -> Optional.of("The database has reached one of its limits.");
      case "55" -> Optional.of("The database has the same object in use.");
      case "58" -> Optional.of("The database cannot read or write its files.");
      default -> Optional.empty();
    };
  }

  private static String advice(String sqlState) {
    return switch (sqlState) {
      case "57014" -> "Ask for less, or try again later.";
      case "40003" -> "Look first, or send it again with the same Idempotency-Key, if it had one.";
      default -> "Try again soon.";
    };
  }
}
