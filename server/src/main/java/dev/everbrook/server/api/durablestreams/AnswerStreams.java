package dev.everbrook.server.api.durablestreams;

import dev.everbrook.engine.answer.Answers;
import dev.everbrook.engine.channel.Channel;
import dev.everbrook.engine.channel.ContentType;
import dev.everbrook.engine.channel.Lifetime;
import dev.everbrook.engine.store.Principal;
import dev.everbrook.engine.stream.Head;
import dev.everbrook.engine.stream.StreamLog;
import java.util.Optional;
import java.util.UUID;

/** Answers as channels of JSON to which only their model appends. */
final class AnswerStreams {

  private static final ContentType JSON = new ContentType("application/json");

  private final StreamLog log;

  AnswerStreams(StreamLog log) {
    this.log = log;
  }

  Optional<Channel> find(Principal principal, UUID id) {
    return log.head(principal, id).filter(it -> it.kind().equals(Answers.KIND)).map(this::shown);
  }

  private Channel shown(Head head) {
    return new Channel(
        head.ref(),
        JSON,
        head.isOpen() ? Channel.State.OPEN : Channel.State.CLOSED,
        head.events().orElseGet(() -> next(head.ref().id())),
        Lifetime.FOREVER);
  }

  private long next(long stream) {
    return log.tails(new long[] {stream}).stream()
        .mapToLong(StreamLog.TailPosition::next)
        .findFirst()
        .orElse(0);
  }
}
