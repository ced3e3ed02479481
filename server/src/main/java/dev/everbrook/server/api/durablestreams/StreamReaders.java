package dev.everbrook.server.api.durablestreams;

import dev.everbrook.engine.channel.Channel;
import dev.everbrook.engine.live.Tail;
import dev.everbrook.engine.live.Tails;
import dev.everbrook.engine.stream.Entries;
import dev.everbrook.engine.stream.Page;
import dev.everbrook.engine.stream.StreamFailure;
import dev.everbrook.engine.stream.StreamLog;
import dev.everbrook.engine.world.World;
import dev.everbrook.server.http.HttpFailure;
import dev.everbrook.server.http.Reply;
import dev.everbrook.server.http.Request;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/**
 * Serves HTTP readers of the Durable Streams protocol: by catch-up, long poll or SSE. (The class of
 * the same name in {@code engine.live} wakes the readers of one stream.) Safe for use by many
 * threads.
 *
 * <p>A long poll holds a virtual thread and one of the edge's slots for requests. At most {@link
 * #POLLS_MAX} polls wait at once, which is half of those slots; a further one is refused with a
 * request to retry.
 */
public final class StreamReaders {

  static final int POLLS_MAX = 5_000;

  /** How often a waiting reader checks whether its client is still connected. */
  private static final Duration LOOK = Duration.ofSeconds(1);

  /** A body of this many bytes gets no further page of the log; a page has about 256 KiB. */
  private static final int BODY_BYTES_MAX = 128 * 1024;

  private static final Duration SSE_MAX = Duration.ofSeconds(60);
  private static final String ETAG = "etag";
  private static final String CACHE = "cache-control";
  private static final String CURSOR = "stream-cursor";
  private static final String UP_TO_DATE = "stream-up-to-date";

  /** For a reply before the end of the stream, which never changes. */
  private static final String FOR_A_MINUTE = "private, max-age=60, stale-while-revalidate=300";

  /** For a reply up to the end: a browser revalidates it, and its ETag shows whether it changed. */
  private static final String REVALIDATE = "private, no-cache";

  private final StreamLog log;
  private final Tails tails;
  private final World world;
  private final Duration pollMax;
  private final Semaphore polls = new Semaphore(POLLS_MAX);

  /**
   * @param pollMax how long a long poll waits at most
   */
  public StreamReaders(StreamLog log, Tails tails, World world, Duration pollMax) {
    this.log = log;
    this.tails = tails;
    this.world = world;
    this.pollMax = pollMax;
  }

  /** A reader's place in a stream. */
  private record Place(Channel stream, long from, boolean shared) {

    boolean isAtEnd() {
      return from >= stream.next();
    }

    Page nothing() {
      return new Page(new Entries(from, List.of()), stream.isClosed() ? from : -1);
    }
  }

  /** Refuses invalid parameters. */
  void check(Request request) {
    Offset.of(request.parameter("offset"));
    Optional<String> live = request.parameter("live");
    if (live.isPresent() && !live.get().equals("long-poll") && !live.get().equals("sse")) {
      throw HttpFailure.badRequest("live must be long-poll or sse.");
    }
    if (live.isPresent() && request.parameter("offset").isEmpty()) {
      throw HttpFailure.badRequest("A live reader must send an offset; -1 is the beginning.");
    }
  }

  /**
   * @param shared whether other nodes may append too
   */
  Reply read(Request request, Channel stream, boolean shared) throws InterruptedException {
    check(request);
    Offset offset = Offset.of(request.parameter("offset"));
    long from =
        switch (offset) {
          case Offset.At(var event) -> event;
          case Offset.Now() -> stream.next();
        };
    if (from > stream.next()) {
      throw HttpFailure.badRequest(
          "The offset is behind the end of the stream, which is at "
              + Offset.text(stream.next())
              + ".");
    }
    Place place = new Place(stream, from, shared);
    try {
      return switch (request.parameter("live").orElse("")) {
        case "sse" -> follow(request, place);
        case "long-poll" -> poll(request, place);
        default -> offset instanceof Offset.Now ? now(place) : catchUp(request, place);
      };
    } catch (StreamFailure e) {
      if (e.reason() == StreamFailure.Reason.GONE) {
        throw StreamReplies.missing(); // deleted meanwhile
      }
      throw e;
    }
  }

  private static Reply now(Place place) {
    Map<String, String> headers = headers(place, place.nothing());
    headers.put(CACHE, StreamReplies.NO_STORE);
    headers.remove(ETAG);
    return body(place, place.nothing(), headers);
  }

  private Reply catchUp(Request request, Place place) {
    Page page = place.isAtEnd() ? place.nothing() : pages(place);
    Map<String, String> headers = headers(place, page);
    if (isKnown(request, headers.getOrDefault(ETAG, ""))) {
      return new Reply.Empty(304, headers);
    }
    return body(place, page, headers);
  }

  /**
   * Joins pages of the log, since a page ends where a fork leaves its source but a reply should
   * not.
   */
  private Page pages(Place place) {
    long stream = place.stream().ref().id();
    Page page = log.read(stream, place.from());
    while (page.entries().next() < place.stream().next()
        && !page.entries().isEmpty()
        && page.entries().bytes() < BODY_BYTES_MAX) {
      Page more = log.read(stream, page.entries().next());
      List<byte[]> events = new ArrayList<>(page.entries().events());
      events.addAll(more.entries().events());
      page = new Page(new Entries(place.from(), events), more.ends());
      if (more.entries().isEmpty()) {
        return page;
      }
    }
    return page;
  }

  private static boolean isKnown(Request request, String tag) {
    for (String known : request.header("if-none-match").orElse("").split(",", -1)) {
      String strong = known.strip().startsWith("W/") ? known.strip().substring(2) : known.strip();
      if (strong.equals(tag) || strong.equals("*")) {
        return true;
      }
    }
    return false;
  }

  private Reply poll(Request request, Place place) throws InterruptedException {
    if (!polls.tryAcquire()) {
      return StreamReplies.refused(
          503,
          POLLS_MAX + " readers wait here already; try again, or follow with live=sse.",
          Map.of("retry-after", "1"));
    }
    Page page;
    try {
      page = place.isAtEnd() && place.stream().isClosed() ? place.nothing() : await(request, place);
    } finally {
      polls.release();
    }
    Map<String, String> headers = headers(place, page);
    if (!page.ended()) {
      headers.put(CURSOR, Long.toString(CacheCursor.after(request.parameter("cursor"), world)));
    }
    if (page.entries().isEmpty()) {
      headers.put(CACHE, StreamReplies.NO_STORE);
      headers.remove(ETAG);
      return new Reply.Empty(204, headers);
    }
    return body(place, page, headers);
  }

  private Page await(Request request, Place place) throws InterruptedException {
    long start = world.nanos();
    try (Tail tail = tail(place)) {
      while (true) {
        long left = pollMax.toNanos() - (world.nanos() - start);
        Page page = tail.next(Duration.ofNanos(Math.clamp(left, 0, LOOK.toNanos())));
        if (!page.entries().isEmpty() || page.ended() || left <= 0 || request.isGone()) {
          return page;
        }
      }
    }
  }

  private Reply follow(Request request, Place place) {
    Channel stream = place.stream();
    StreamDialect dialect =
        new StreamDialect(
            stream.contentType(),
            place.from(),
            CacheCursor.after(request.parameter("cursor"), world),
            () -> CacheCursor.now(world));
    byte[] opening = place.isAtEnd() && !stream.isClosed() ? dialect.opening() : new byte[0];
    Map<String, String> headers =
        stream.contentType().isText() ? Map.of() : Map.of("stream-sse-data-encoding", "base64");
    return new Reply.Follow(tail(place), dialect, opening, headers, Optional.of(SSE_MAX));
  }

  private Tail tail(Place place) {
    Channel stream = place.stream();
    return place.shared()
        ? tails.followShared(stream.ref(), place.from(), stream.next())
        : tails.follow(stream.ref(), place.from());
  }

  private static Reply body(Place place, Page page, Map<String, String> headers) {
    return new Reply.Body(
        200,
        place.stream().contentType().text(),
        EventBodies.body(place.stream().contentType(), page.entries().events()),
        headers);
  }

  private static Map<String, String> headers(Place place, Page page) {
    long next = page.entries().next();
    boolean upToDate = next >= place.stream().next();
    Map<String, String> headers = new HashMap<>(StreamReplies.standing(next, page.ended()));
    headers.put(CACHE, upToDate ? REVALIDATE : FOR_A_MINUTE);
    headers.put(
        ETAG,
        "\""
            + place.stream().ref().publicId()
            + ":"
            + place.from()
            + ":"
            + next
            + (page.ended() ? ":c" : "")
            + "\"");
    if (upToDate) {
      headers.put(UP_TO_DATE, "true");
    }
    return headers;
  }
}
