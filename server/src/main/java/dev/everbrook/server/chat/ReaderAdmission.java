package dev.everbrook.server.chat;

import dev.everbrook.server.http.HttpFailure;
import dev.everbrook.server.http.Request;

/**
 * Refuses a request for an answer that its client could not follow now. Refused later, the client
 * would repeat the request, and each repetition would start another answer.
 */
public final class ReaderAdmission {

  private ReaderAdmission() {}

  /**
   * Call it before any change, for a request whose reply is a stream.
   *
   * @throws HttpFailure 503 if no further reader can follow streams now; a retry helps
   */
  public static void refuse(Request request) {
    if (!request.mayFollow()) {
      throw new HttpFailure(
          503,
          "The server has no place for another reader or is stopping, and nothing was started; try again in a second.");
    }
  }
}
