package dev.everbrook.server.chat;

import dev.everbrook.server.http.HttpFailure;
import dev.everbrook.server.http.Request;

/**
 * Turns away who would order an answer and could not be let in to follow it: clients repeat a
 * request that is refused, and each repetition would be an answer of its own.
 */
public final class FullHouse {

  private FullHouse() {}

  /**
   * To be called before anything is ordered, for a request that is to be answered by a stream.
   *
   * @throws HttpFailure 503 if nobody else can follow streams now; a retry helps
   */
  public static void refuse(Request request) {
    if (!request.mayFollow()) {
      throw new HttpFailure(
          503,
          "The server has no place for another reader or is stopping, and nothing was asked; try"
              + " again in a second.");
    }
  }
}
