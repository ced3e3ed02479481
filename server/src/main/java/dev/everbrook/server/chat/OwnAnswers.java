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
 * The answers that belong to a principal, for every dialect that shows, stops or removes answers.
 * What else is a stream is not found: a channel may hold anything. Safe for use by many threads.
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

  /** 404, of a stream. */
  public static HttpFailure unknown() {
    return HttpFailure.notFound("There is no stream with this id.");
  }

  /**
   * Whether a reader claims to have had more events than there are. From such a position it would
   * never see the rest, the end included.
   *
   * @param after the number of the last event that the reader has had, or -1
   * @return the number of the last event there is, if that is less; -1 is before the first
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
