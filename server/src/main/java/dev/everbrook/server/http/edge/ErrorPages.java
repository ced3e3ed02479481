package dev.everbrook.server.http.edge;

import dev.everbrook.server.http.HttpFailure;
import dev.everbrook.server.http.Reply;
import dev.everbrook.server.http.Routes;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The pages for browsers instead of an error's JSON: for requests that prefer HTML to JSON, outside
 * of areas with their own form of errors. Safe for use by many threads.
 */
final class ErrorPages {

  private static final Pattern HTML = named("text/html");
  private static final Pattern JSON = named("application/json");
  private static final Pattern TRIES =
      Pattern.compile("(?:^|&)" + Routes.AGAIN + "=(\\d{1,4})(?:&|$)");

  private final Optional<Routes.PageForm> form;
  private final List<Routes.Area> areas;

  ErrorPages(Routes routes) {
    this.form = routes.pages();
    this.areas = routes.areas();
  }

  /** The parts of a request that decide; all but the method may be absent. */
  record BrowserRequest(
      String method, @Nullable String path, @Nullable String accept, @Nullable String query) {

    static BrowserRequest of(HttpServerRequest request) {
      return new BrowserRequest(
          request.method().name(),
          request.path(),
          request.getHeader(HttpHeaders.ACCEPT),
          request.query());
    }
  }

  /** The page for this failure; empty for a client that does not accept a page. */
  Optional<Reply> page(BrowserRequest request, HttpFailure failure) {
    boolean looks = request.method().equals("GET") || request.method().equals("HEAD");
    if (!looks || !wantsHtml(request.accept()) || isElsewhere(request.path())) {
      return Optional.empty();
    }
    return form.map(it -> it.page(failure.status(), failure.text(), tries(request.query())));
  }

  private boolean isElsewhere(@Nullable String path) {
    return path != null && areas.stream().anyMatch(area -> path.startsWith(area.prefix()));
  }

  /**
   * Whether the client is a browser, which names HTML; a program accepts any type or prefers JSON.
   */
  private static boolean wantsHtml(@Nullable String accept) {
    if (accept == null) {
      return false;
    }
    double html = weight(HTML, accept);
    return html > 0 && html >= weight(JSON, accept);
  }

  /** The weight of a type; 0 if it is not named. */
  private static double weight(Pattern type, String accept) {
    Matcher named = type.matcher(accept);
    if (!named.find()) {
      return 0;
    }
    return named.group(1) == null ? 1 : Double.parseDouble(named.group(1));
  }

  /** Reads the tries without decoding the query, which may be malformed. */
  private static int tries(@Nullable String query) {
    Matcher again = TRIES.matcher(query == null ? "" : query);
    return again.find() ? Integer.parseInt(again.group(1)) : 0;
  }

  /** Matches a type in a list of accepted types, with its optional weight. */
  private static Pattern named(String type) {
    return Pattern.compile(
        "(?:^|,)\\s*"
            + Pattern.quote(type)
            + "\\s*(?=[;,]|$)(?:[^,]*;\\s*q=(\\d(?:\\.\\d{1,3})?))?",
        Pattern.CASE_INSENSITIVE);
  }
}
