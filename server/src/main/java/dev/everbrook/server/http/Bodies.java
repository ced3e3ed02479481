package dev.everbrook.server.http;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Reads the bodies of requests, each whole and up to its length, and all of them up to a number of
 * bytes that are held at once; whoever comes beyond that is refused before anything is read. Safe
 * for use by many event loops.
 */
final class Bodies {

  private static final int UNIT_BYTES = 1024;
  private static final String READ = "everbrook.body";
  private static final String TYPE = "everbrook.content-type";

  private final Semaphore units;

  Bodies(long bytesMax) {
    units = new Semaphore(Math.toIntExact(bytesMax / UNIT_BYTES));
  }

  /** A handler for bodies of at most this length; it passes over what another has read. */
  Handler<RoutingContext> upTo(int bytesMax) {
    Handler<RoutingContext> reading = BodyHandler.create(false).setBodyLimit(bytesMax);
    return it -> {
      if (it.get(READ) != null) {
        it.next();
        return;
      }
      int needed = units(length(it.request(), bytesMax));
      if (!units.tryAcquire(needed)) {
        it.response().putHeader(HttpHeaders.CONNECTION, "close");
        it.fail(503);
        return;
      }
      it.put(READ, new AtomicInteger(needed));
      it.addEndHandler(_ -> letGo(it));
      takeAsBytes(it);
      reading.handle(it);
    };
  }

  /** The body of this request was read: from here on no more is held for it than it has. */
  void hasRead(RoutingContext it, int bytes) {
    AtomicInteger held = it.get(READ);
    if (held != null) {
      int needed = units(bytes);
      int before = held.getAndUpdate(now -> Math.min(now, needed));
      units.release(Math.max(0, before - needed));
    }
  }

  private static int units(int bytes) {
    return 1 + bytes / UNIT_BYTES;
  }

  /** The body of this request is of no use any more. From any thread, and more than once. */
  void letGo(RoutingContext it) {
    AtomicInteger held = it.get(READ);
    if (held != null) {
      units.release(held.getAndSet(0));
    }
  }

  /** Whoever does not say how long it will be may need all there is. */
  private static int length(HttpServerRequest request, int bytesMax) {
    String said = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    if (said != null && said.matches("[0-9]{1,18}")) {
      return (int) Math.min(Long.parseLong(said), bytesMax);
    }
    return request.getHeader(HttpHeaders.TRANSFER_ENCODING) == null ? 0 : bytesMax;
  }

  /** Vert.x takes forms apart, within limits of its own; here they are bytes like any other. */
  private static void takeAsBytes(RoutingContext it) {
    String type = it.request().getHeader(HttpHeaders.CONTENT_TYPE);
    if (type != null && isForm(type.toLowerCase(Locale.ROOT))) {
      it.put(TYPE, type);
      it.request().headers().set(HttpHeaders.CONTENT_TYPE, "application/octet-stream");
    }
  }

  private static boolean isForm(String type) {
    return type.startsWith("application/x-www-form-urlencoded") || type.startsWith("multipart/");
  }

  /** The content type as the client sent it, if that is not what the request says now. */
  static @Nullable String contentType(RoutingContext it) {
    return it.get(TYPE);
  }
}
