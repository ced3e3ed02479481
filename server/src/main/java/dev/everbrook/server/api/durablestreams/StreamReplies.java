package dev.everbrook.server.api.durablestreams;

import dev.everbrook.engine.channel.Appended;
import dev.everbrook.engine.channel.Channel;
import dev.everbrook.engine.channel.Creation;
import dev.everbrook.engine.channel.Deletion;
import dev.everbrook.engine.channel.Lifetime;
import dev.everbrook.engine.channel.Producer;
import dev.everbrook.server.http.HttpFailure;
import dev.everbrook.server.http.Reply;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Turns results of the engine into replies: statuses, headers, and a message for each error. */
final class StreamReplies {

  static final String NEXT = "stream-next-offset";
  static final String NO_STORE = "no-store";

  private StreamReplies() {}

  /**
   * @param location the URL of the stream
   */
  static Reply created(Creation creation, String location) {
    return switch (creation) {
      case Creation.Made(var channel) -> {
        Map<String, String> headers = about(channel);
        headers.put("location", location);
        yield new Reply.Empty(201, headers);
      }
      case Creation.There(var channel) -> new Reply.Empty(200, about(channel));
      case Creation.Differs(var how) ->
          refused(409, "There is another stream of this name: " + how + ".", Map.of());
      case Creation.Unfit(var why) -> refused(409, "It cannot be forked: " + why + ".", Map.of());
      case Creation.NoSource() -> throw HttpFailure.notFound("There is no stream to fork.");
      case Creation.Beyond(var why) ->
          throw HttpFailure.badRequest("It cannot be forked there: " + why + ".");
    };
  }

  static Reply metadata(Channel channel) {
    Map<String, String> headers = about(channel);
    headers.put("cache-control", NO_STORE);
    switch (channel.lifetime()) {
      case Lifetime.Forever _ -> {
        // No header.
      }
      case Lifetime.Sliding(var unused) ->
          headers.put(StreamHeaders.TTL, Long.toString(unused.toSeconds()));
      case Lifetime.Until(var then) -> headers.put(StreamHeaders.EXPIRES_AT, then.toString());
    }
    return new Reply.Empty(200, headers);
  }

  private static Map<String, String> about(Channel channel) {
    Map<String, String> headers = standing(channel.next(), channel.isClosed());
    headers.put("content-type", channel.contentType().text());
    return headers;
  }

  static Reply appended(Appended appended, boolean withEvents) {
    return switch (appended) {
      case Appended.Taken(var next, var closed, var producer) ->
          new Reply.Empty(
              producer.isPresent() && withEvents ? 200 : 204, standing(next, closed, producer));
      case Appended.Repeated(var next, var closed, var producer) ->
          new Reply.Empty(204, standing(next, closed, producer));
      case Appended.Closed(var next) -> refused(409, "The stream is closed.", standing(next, true));
      case Appended.OtherType(var type) ->
          refused(409, "The stream holds " + type.text() + ".", Map.of());
      case Appended.Behind _ ->
          refused(409, "Stream-Seq must be greater than the last one given.", Map.of());
      case Appended.Fenced(var epoch) ->
          refused(
              403,
              "A later epoch of this producer has already appended.",
              Map.of("producer-epoch", Long.toString(epoch)));
      case Appended.NotFromZero() ->
          throw HttpFailure.badRequest("A new epoch must begin with Producer-Seq 0.");
      case Appended.Gap(var expected, var received) ->
          refused(
              409,
              "An earlier append of this producer is missing.",
              Map.of(
                  "producer-expected-seq", Long.toString(expected),
                  "producer-received-seq", Long.toString(received)));
      case Appended.TooManyProducers() ->
          refused(
              409,
              "The stream remembers "
                  + Producer.CHANNEL_MAX
                  + " producers, which is the most; use one Producer-Id for all appends.",
              Map.of());
      case Appended.Deleted() -> throw gone();
      case Appended.Missing() -> throw missing();
      case Appended.Busy() ->
          refused(
              503,
              "Too many appends wait here already; try again in a second.",
              Map.of("retry-after", "1"));
    };
  }

  static Reply deleted(Deletion deletion) {
    return switch (deletion) {
      case DONE -> Reply.empty(204);
      case ALREADY -> throw gone();
      case MISSING -> throw missing();
    };
  }

  static HttpFailure gone() {
    return new HttpFailure(410, "This stream was deleted; only its forks remain.");
  }

  static HttpFailure missing() {
    return HttpFailure.notFound("There is no stream of this name.");
  }

  static Map<String, String> standing(long next, boolean closed) {
    Map<String, String> headers = new HashMap<>();
    headers.put(NEXT, Offset.text(next));
    if (closed) {
      headers.put(StreamHeaders.CLOSED, "true");
    }
    return headers;
  }

  private static Map<String, String> standing(
      long next, boolean closed, Optional<Producer> producer) {
    Map<String, String> headers = standing(next, closed);
    producer.ifPresent(it -> {
      headers.put("producer-epoch", Long.toString(it.epoch()));
      headers.put("producer-seq", Long.toString(it.seq()));
    });
    return headers;
  }

  static Reply refused(int status, String message, Map<String, String> headers) {
    Reply.Body told = (Reply.Body) Reply.failure(status, message);
    return new Reply.Body(status, told.contentType(), told.bytes(), headers);
  }
}
