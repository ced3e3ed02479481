package dev.everbrook.server.http.edge;

import dev.everbrook.server.http.HttpFailure;
import dev.everbrook.server.http.wire.Malformed;
import io.vertx.core.Vertx;
import io.vertx.core.VertxException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the whole body of a request, up to its length limit and within its deadline. A body takes
 * from the budget only the bytes that have arrived, not its Content-Length, so a sender that
 * announces a large body and sends nothing takes nothing. Safe for use by many event loops.
 */
final class BodyReader {

  private static final Logger log = LoggerFactory.getLogger(BodyReader.class);

  private final Vertx vertx;
  private final ArrivalLimits arrival;
  private final ByteBudget budget;

  BodyReader(Vertx vertx, ArrivalLimits arrival, ByteBudget budget) {
    this.vertx = vertx;
    this.arrival = arrival;
    this.budget = budget;
  }

  /**
   * Receives the end of a body: one of the two methods is called, once, on the loop; neither if the
   * client left.
   */
  interface Receiver {

    /** The body is complete; the receiver releases its share. */
    void whole(byte[] body, ByteBudget.Share share);

    void refused(HttpFailure why);
  }

  /** Runs on the request's loop, before the first read of the body. */
  void read(HttpServerRequest request, int bytesMax, Receiver receiver) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    boolean chunked = request.getHeader(HttpHeaders.TRANSFER_ENCODING) != null;
    long announced = length == null ? 0 : Long.parseLong(length); // the decoder has checked it
    if (announced == 0 && !chunked) {
      receiver.whole(new byte[0], budget.share());
      return;
    }
    String coding = request.headers().get(HttpHeaders.CONTENT_ENCODING);
    if (coding != null && !coding.isBlank() && !coding.strip().equalsIgnoreCase("identity")) {
      request.response().putHeader(HttpHeaders.ACCEPT_ENCODING, "identity");
      receiver.refused(new HttpFailure(415, "A body must come without Content-Encoding."));
    } else if (announced > bytesMax) {
      receiver.refused(tooLong(bytesMax));
    } else if (!budget.hasRoom(announced)) {
      receiver.refused(Failures.busy());
    } else {
      new Arriving(request, bytesMax, receiver).start();
    }
  }

  private static HttpFailure tooLong(int bytesMax) {
    return new HttpFailure(413, "A body may have at most " + bytesMax + " bytes.");
  }

  /** A body that is being read, on its loop. */
  private final class Arriving {

    private final HttpServerRequest request;
    private final int bytesMax;
    private final Receiver receiver;
    private final ByteBudget.Share share = budget.share();
    private final ArrivalPace pace = new ArrivalPace(arrival);
    private final Buffer body = Buffer.buffer();
    private boolean over;
    private long timer;

    Arriving(HttpServerRequest request, int bytesMax, Receiver receiver) {
      this.request = request;
      this.bytesMax = bytesMax;
      this.receiver = receiver;
    }

    void start() {
      timer = vertx.setPeriodic(ArrivalPace.LOOK_EVERY.toMillis(), _ -> look());
      request.exceptionHandler(this::broken);
      request.handler(this::part);
      request.endHandler(_ -> whole());
      if (request.getHeader(HttpHeaders.EXPECT) != null) {
        request.response().writeContinue();
      }
    }

    private void part(Buffer part) {
      if (over) {
        return;
      }
      if (body.length() + part.length() > bytesMax) {
        refuse(tooLong(bytesMax));
      } else if (!share.grow((long) body.length() + part.length())) {
        refuse(Failures.busy());
      } else {
        body.appendBuffer(part);
      }
    }

    private void whole() {
      if (finish()) {
        receiver.whole(body.getBytes(), share);
      }
    }

    private void look() {
      if (!over) {
        pace.look(body.length(), budget.isShort()).ifPresent(this::refuse);
      }
    }

    private void broken(Throwable why) {
      boolean left = why instanceof IOException || why instanceof VertxException;
      log.debug("a body broke off after {} bytes: {}", body.length(), why.toString());
      if (left) {
        if (finish()) {
          share.letGo();
        }
      } else {
        refuse(Malformed.body(why));
      }
    }

    private void refuse(HttpFailure why) {
      if (finish()) {
        share.letGo();
        receiver.refused(why);
      }
    }

    private boolean finish() {
      boolean first = !over;
      over = true;
      vertx.cancelTimer(timer);
      return first;
    }
  }
}
