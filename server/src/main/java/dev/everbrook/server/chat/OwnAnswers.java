package dev.everbrook.server.chat;

import dev.everbrook.engine.answer.Answers;
import dev.everbrook.engine.store.Principal;
import dev.everbrook.engine.stream.Head;
import dev.everbrook.engine.stream.StreamLog;
import dev.everbrook.server.http.HttpFailure;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * The answers of a principal, for every dialect that shows, stops or removes answers. Other streams
 * are not found, since a channel may hold any data. Safe for use by many threads.
 */
public final class OwnAnswers {

  private final StreamLog log;

  public OwnAnswers(StreamLog log) {
    this.log = log;
  }

  /** The principal's answer whose stream has this id. */
  public Optional<Head> find(Principal principal, UUID stream) {
    return log.head(principal, stream).filter(it -> it.kind().equals(Answers.KIND));
  }

  /**
   * The principal's answer whose stream has this id.
   *
   * @throws HttpFailure 404 if there is none
   */
  public Head get(Principal principal, UUID stream) {
    return find(principal, stream).orElseThrow(OwnAnswers::unknown);
  }

  /** A 404 for a stream. */
  public static HttpFailure unknown() {
    return HttpFailure.notFound("There is no stream with this id.");
  }

  /**
   * Checks whether a reader's position is behind the end of the stream. From that position the
   * reader would never get further events, not even the end.
   *
   * @param after the number of the last event that the reader has received, or -1
   * @return the number of the last existing event if it is less than {@code after}; -1 if there is
   *     none
   */
  public OptionalLong lastBefore(Head answer, long after) {
    if (after < 0) {
      return OptionalLong.empty();
    }
    return log.tails(new long[] {answer.ref().id()}).stream()
        .mapToLong(it -> it.next() - 1)
        .filter(last -> last < after)
        .findFirst();
  }
}
