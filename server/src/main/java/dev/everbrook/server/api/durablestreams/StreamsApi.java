package dev.everbrook.server.api.durablestreams;

import dev.everbrook.engine.channel.Append;
import dev.everbrook.engine.channel.Appended;
import dev.everbrook.engine.channel.Channel;
import dev.everbrook.engine.channel.ChannelName;
import dev.everbrook.engine.channel.Channels;
import dev.everbrook.engine.channel.ContentType;
import dev.everbrook.engine.channel.ForkPoint;
import dev.everbrook.engine.channel.NewChannel;
import dev.everbrook.engine.stream.StreamFailure;
import dev.everbrook.engine.stream.StreamLog;
import dev.everbrook.server.http.HttpFailure;
import dev.everbrook.server.http.Reply;
import dev.everbrook.server.http.Request;
import dev.everbrook.server.http.Routes;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * The operations on a stream by its URL. {@link StreamReaders} serves the readers. Safe for use by
 * many threads.
 */
public final class StreamsApi {

  private static final String ALL = StreamPath.PREFIX + "*";
  private static final String METHODS = "GET, HEAD, PUT, POST, DELETE, OPTIONS";
  private static final String METHODS_OF_READERS = "GET, HEAD, OPTIONS";

  /** The headers that a page of this server's origin may send. */
  private static final String HEADERS =
      "content-type, if-none-match, stream-seq, stream-ttl, stream-expires-at, stream-closed,"
          + " stream-forked-from, stream-fork-offset, stream-fork-sub-offset, producer-id,"
          + " producer-epoch, producer-seq";

  private final Channels channels;
  private final AnswerStreams answers;
  private final StreamReaders reading;

  public StreamsApi(Channels channels, StreamLog log, StreamReaders reading) {
    this.channels = channels;
    this.answers = new AnswerStreams(log);
    this.reading = reading;
  }

  public void on(Routes routes) {
    routes
        .area(StreamPath.PREFIX, Append.BYTES_MAX, Reply::failure)
        .on("PUT", ALL, this::put)
        .on("POST", ALL, this::post)
        .on("DELETE", ALL, this::delete)
        .on("HEAD", ALL, this::head)
        .on("GET", ALL, this::get)
        .on("OPTIONS", ALL, StreamsApi::options);
  }

  private Reply put(Request request) {
    StreamPath path = path(request);
    if (!(path instanceof StreamPath.OfChannel(var name))) {
      return readOnly(path);
    }
    StreamHeaders asked = new StreamHeaders(request);
    Optional<ForkPoint> source = source(request);
    Optional<ContentType> type = asked.contentType();
    NewChannel wanted =
        new NewChannel(
            name,
            type,
            asked.lifetime(),
            asked.closes(),
            EventBodies.events(typeOfBody(type, source), request.body()),
            source);
    String location = "http://" + request.header("host").orElse("localhost") + request.url();
    try {
      return StreamReplies.created(channels.create(wanted), location);
    } catch (StreamFailure e) {
      throw e.reason() == StreamFailure.Reason.TOO_DEEP
          ? HttpFailure.badRequest(e.getMessage() + ".")
          : e;
    }
  }

  /** The type of the body; for a fork without a type, its source's type. */
  private ContentType typeOfBody(Optional<ContentType> type, Optional<ForkPoint> source) {
    return type.or(() -> source.flatMap(it -> channels.find(it.source())).map(Channel::contentType))
        .orElse(ContentType.BYTES);
  }

  private static Optional<ForkPoint> source(Request request) {
    Optional<String> from = request.header("stream-forked-from");
    Optional<String> offset = request.header("stream-fork-offset");
    Optional<String> within = request.header("stream-fork-sub-offset");
    if (from.isEmpty()) {
      if (offset.isPresent() || within.isPresent()) {
        throw HttpFailure.badRequest("Stream-Forked-From is missing.");
      }
      return Optional.empty();
    }
    OptionalLong at =
        offset.isPresent()
            ? OptionalLong.of(Offset.event("Stream-Fork-Offset", offset.get()))
            : OptionalLong.empty();
    long more =
        within.map(it -> StreamHeaders.number("Stream-Fork-Sub-Offset", it, 1L << 53)).orElse(0L);
    return switch (StreamPath.of(request.principal(), from.get())) {
      case StreamPath.OfChannel(var name) -> Optional.of(new ForkPoint(name, at, more));
      case StreamPath.OfJob(var name) -> Optional.of(new ForkPoint(name, at, more));
      case StreamPath.OfAnswer _ -> throw HttpFailure.badRequest("Answers cannot be forked here.");
      case StreamPath.Reserved _ -> throw HttpFailure.notFound("There is no stream to fork.");
    };
  }

  private Reply post(Request request) throws InterruptedException {
    StreamPath path = path(request);
    if (!(path instanceof StreamPath.OfChannel(var name))) {
      return readOnly(path);
    }
    Append append = append(name, request);
    Appended appended = channels.append(append);
    return StreamReplies.appended(appended, !append.events().isEmpty());
  }

  private static Append append(ChannelName name, Request request) {
    StreamHeaders asked = new StreamHeaders(request);
    if (request.body().length == 0) {
      if (!asked.closes()) {
        throw HttpFailure.badRequest(
            "The body is empty; only a request with Stream-Closed: true may be.");
      }
      return new Append(name, Optional.empty(), List.of(), true, asked.producer(), asked.seq());
    }
    ContentType type =
        asked.contentType().orElseThrow(() -> HttpFailure.badRequest("Content-Type is missing."));
    List<byte[]> events = EventBodies.events(type, request.body());
    if (events.isEmpty()) {
      throw HttpFailure.badRequest("The array is empty: there is nothing to append.");
    }
    return new Append(
        name, Optional.of(type), events, asked.closes(), asked.producer(), asked.seq());
  }

  private Reply delete(Request request) {
    StreamPath path = path(request);
    return path instanceof StreamPath.OfChannel(var name)
        ? StreamReplies.deleted(channels.delete(name))
        : readOnly(path);
  }

  private Reply head(Request request) {
    return StreamReplies.metadata(
        switch (path(request)) {
          case StreamPath.OfChannel(var name) -> found(name);
          case StreamPath.OfJob(var name) -> found(name);
          case StreamPath.OfAnswer(var id) -> answer(request, id);
          case StreamPath.Reserved _ -> throw notOffered();
        });
  }

  private Reply get(Request request) throws InterruptedException {
    return switch (path(request)) {
      case StreamPath.OfChannel(var name) -> read(request, name);
      case StreamPath.OfJob(var name) -> read(request, name);
      case StreamPath.OfAnswer(var id) -> reading.read(request, answer(request, id), false);
      case StreamPath.Reserved _ -> throw notOffered();
    };
  }

  private Channel found(ChannelName name) {
    return present(channels.find(name).orElseThrow(StreamReplies::missing));
  }

  private Reply read(Request request, ChannelName name) throws InterruptedException {
    reading.check(request); // first: a refused request must not prolong the lifetime
    return reading.read(
        request, present(channels.use(name).orElseThrow(StreamReplies::missing)), true);
  }

  private Channel answer(Request request, Optional<UUID> id) {
    return id.flatMap(it -> answers.find(request.principal(), it))
        .orElseThrow(() -> HttpFailure.notFound("There is no answer with this id."));
  }

  private static Channel present(Channel channel) {
    if (channel.state() == Channel.State.DELETED) {
      throw StreamReplies.gone();
    }
    return channel;
  }

  /** Answers a preflight; the reply never allows another origin, so its browser stops there. */
  private static Reply options(Request request) {
    String methods = path(request) instanceof StreamPath.OfChannel ? METHODS : METHODS_OF_READERS;
    return new Reply.Empty(
        204,
        Map.of(
            "allow", methods,
            "access-control-allow-methods", methods,
            "access-control-allow-headers", HEADERS));
  }

  private static StreamPath path(Request request) {
    StreamPath path = StreamPath.of(request.principal(), request.url());
    if (path instanceof StreamPath.Reserved) {
      throw notOffered();
    }
    return path;
  }

  private static HttpFailure notOffered() {
    return new HttpFailure(501, "This server has no subscriptions.");
  }

  private static Reply readOnly(StreamPath path) {
    return StreamReplies.refused(
        405,
        path instanceof StreamPath.OfJob
            ? "Only the worker that runs a job writes its stream (/v1/work); here it can only be read."
            : "Only the model writes the stream of an answer; here it can only be read.",
        Map.of("allow", METHODS_OF_READERS));
  }
}
