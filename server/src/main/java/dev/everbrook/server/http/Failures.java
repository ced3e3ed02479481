package dev.everbrook.server.http;

import dev.everbrook.engine.live.TailClosed;
import dev.everbrook.engine.store.StoreFailure;
import dev.everbrook.engine.stream.StreamFailure;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a client is told when its request fails, in the form that its dialect has for errors. */
final class Failures {

  private static final Logger log = LoggerFactory.getLogger(Failures.class);

  private final List<Routes.Area> areas;
  private final int bodyBytesMax;

  Failures(List<Routes.Area> areas, int bodyBytesMax) {
    this.areas = areas;
    this.bodyBytesMax = bodyBytesMax;
  }

  static HttpFailure busy() {
    return new HttpFailure(503, "The server is busy or stopping; try again in a second.");
  }

  /** For a reader that finds no place, or that came as the server stops. */
  static HttpFailure unfollowed() {
    return new HttpFailure(
        503,
        "The server has no place for another reader or is stopping; what was asked for is being"
            + " written all the same, see GET /v1/streams/ with the id in everbrook-stream.");
  }

  private static HttpFailure ours() {
    return new HttpFailure(500, "Something went wrong here; it was logged.");
  }

  Reply reply(@Nullable String path, HttpFailure failure) {
    for (Routes.Area area : areas) {
      if (path != null && path.startsWith(area.prefix())) {
        return area.errors().reply(failure.status(), failure.text());
      }
    }
    return Reply.failure(failure.status(), failure.text());
  }

  /** What a handler threw. */
  HttpFailure of(Throwable thrown) {
    return switch (thrown) {
      case HttpFailure told -> told;
      case StoreFailure refused when refused.isDataError() -> {
        // Without its message, which may quote the row.
        log.warn("the database refused what a request would store: {}", refused.sqlState());
        yield refused.sqlState().startsWith("22")
            ? HttpFailure.badRequest(
                "This cannot be stored; a text with the character 0 is the usual reason.")
            : ours();
      }
      case StoreFailure busy when busy.isPoolBusy() -> {
        log.warn("a request found no free connection to the database: {}", busy.getMessage());
        yield new HttpFailure(
            503,
            "All connections of this server to the database are in use and none became free in"
                + " time; try again soon.");
      }
      case StoreFailure down -> {
        log.warn("a request met a failing database: {}", down.getMessage());
        yield new HttpFailure(503, "The database cannot be reached at the moment; try again soon.");
      }
      case StreamFailure gone when gone.reason() == StreamFailure.Reason.GONE ->
          HttpFailure.notFound("This stream was removed.");
      case StreamFailure lost when lost.isLoss() -> {
        log.error("a reader met a log that is not whole: {}", lost.getMessage());
        yield new HttpFailure(410, lost.getMessage());
      }
      case InterruptedException _ -> busy();
      case TailClosed _ -> busy();
      default -> {
        log.error("a handler failed", thrown);
        yield ours();
      }
    };
  }

  /** What went wrong before a handler was asked. */
  HttpFailure before(RoutingContext it) {
    return switch (it.statusCode()) {
      case 413 -> new HttpFailure(413, "A body may have at most " + limit(it) + " bytes.");
      case 400 -> HttpFailure.badRequest("The request is not well formed.");
      case 503 -> busy();
      default -> {
        log.error("a request failed at the edge", it.failure());
        yield ours();
      }
    };
  }

  private int limit(RoutingContext it) {
    String path = it.request().path();
    return areas.stream()
        .filter(area -> path != null && path.startsWith(area.prefix()))
        .findFirst()
        .map(Routes.Area::bodyBytesMax)
        .orElse(bodyBytesMax);
  }

  static HttpFailure unknown(RoutingContext it) {
    return HttpFailure.notFound(
        "There is nothing at " + it.request().method() + " " + it.request().path() + ".");
  }
}
