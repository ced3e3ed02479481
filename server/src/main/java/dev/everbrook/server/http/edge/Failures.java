package dev.everbrook.server.http.edge;

import dev.everbrook.engine.live.TailClosed;
import dev.everbrook.engine.store.StoreFailure;
import dev.everbrook.engine.stream.StreamFailure;
import dev.everbrook.engine.text.Excerpt;
import dev.everbrook.server.http.DatabaseFailures;
import dev.everbrook.server.http.ErrorForm;
import dev.everbrook.server.http.HttpFailure;
import dev.everbrook.server.http.Reply;
import dev.everbrook.server.http.Routes;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Failures of requests, in each dialect's form of errors. */
final class Failures {

  private static final Logger log = LoggerFactory.getLogger(Failures.class);

  private final List<Routes.Area> areas;
  private final ErrorPages pages;
  private final int bodyBytesMax;

  Failures(Routes routes, int bodyBytesMax) {
    this.areas = routes.areas();
    this.pages = new ErrorPages(routes);
    this.bodyBytesMax = bodyBytesMax;
  }

  static HttpFailure busy() {
    return new HttpFailure(503, "The server is busy or stopping; try again in a second.");
  }

  /** For a reader at the limit of readers, or while the server stops. */
  static HttpFailure unfollowed() {
    return new HttpFailure(
        503,
        "The server has no place for another reader, or is stopping. The answer is still being written: see GET /v1/streams/ with the id in the header everbrook-stream.");
  }

  /**
   * For a request that waits for a hanging database.
   *
   * @param reads whether the request only reads
   */
  static HttpFailure databaseHangs(boolean reads) {
    return new HttpFailure(
        503,
        reads
            ? "The database does not answer. Try again soon."
            : "The database does not answer. It may have carried out this request: look first, or"
                + " send it again with the same Idempotency-Key, if it had one.");
  }

  /** The failure as a page for a browser, otherwise in the form of the path's dialect. */
  Reply reply(HttpServerRequest request, HttpFailure failure) {
    return pages
        .page(ErrorPages.BrowserRequest.of(request), failure)
        .orElseGet(() -> form(request).reply(failure.status(), failure.text()));
  }

  private ErrorForm form(HttpServerRequest request) {
    return area(request).map(Routes.Area::errors).orElse(Reply::failure);
  }

  private Optional<Routes.Area> area(HttpServerRequest request) {
    String path = String.valueOf(request.path());
    return areas.stream().filter(it -> path.startsWith(it.prefix())).findFirst();
  }

  /** The longest body at this path. */
  int bodyBytesMax(HttpServerRequest request) {
    return area(request).map(Routes.Area::bodyBytesMax).orElse(bodyBytesMax);
  }

  /** The failure for a handler's exception. */
  HttpFailure of(Throwable thrown) {
    return switch (thrown) {
      case HttpFailure told -> told;
      case StoreFailure failure -> DatabaseFailures.of(failure);
      case StreamFailure gone when gone.reason() == StreamFailure.Reason.GONE ->
          HttpFailure.notFound("This stream was removed.");
      case StreamFailure lost when lost.isLoss() -> {
        log.error("a reader met a log with a gap: {}", lost.getMessage());
        yield new HttpFailure(410, String.valueOf(lost.getMessage()));
      }
      case InterruptedException _ -> busy();
      case TailClosed _ -> busy();
      default -> {
        log.error("a request handler failed", thrown);
        yield HttpFailure.internal();
      }
    };
  }

  /** The failure of the routing. */
  static HttpFailure routing(@Nullable Throwable why) {
    if (why != null) {
      log.debug("no handler could be looked for", why);
    }
    return HttpFailure.badRequest("The URL is not well formed.");
  }

  /** 404 for a path without a route, 405 for a path with other methods. */
  static HttpFailure unknown(HttpServerRequest request, Set<String> methods) {
    String asked =
        Excerpt.of(request.method().name()) + " " + Excerpt.of(String.valueOf(request.path()));
    return methods.isEmpty()
        ? HttpFailure.notFound("There is nothing at " + asked + ".")
        : new HttpFailure(
            405,
            "There is nothing at "
                + asked
                + "; this path has "
                + String.join(" and ", methods)
                + ".");
  }
}
