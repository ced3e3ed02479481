package dev.everbrook.server.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;

/** How a reply leaves. Called on the loop of its request. */
final class Sending {

  private static final int SHORT_BYTES_MAX = 64 * 1024;

  /** About what a reply weighs without its body. */
  private static final int HEAD_BYTES = 1024;

  private final Budget budget;
  private final Failures failures;
  private final Audience audience;

  Sending(Budget budget, Failures failures, Audience audience) {
    this.budget = budget;
    this.failures = failures;
    this.audience = audience;
  }

  void refuse(HttpServerRequest request, HttpFailure failure) {
    send(request, failures.reply(request, failure));
  }

  /** Refuses what its sender should not have sent at all, and hears nothing more of it. */
  void dismiss(HttpServerRequest request, HttpFailure failure) {
    closeAfter(request);
    refuse(request, failure);
  }

  void send(HttpServerRequest request, Reply reply) {
    HttpServerResponse response = request.response();
    if (response.closed() || response.ended()) {
      if (reply instanceof Reply.Follow follow) {
        follow.tail().close();
      }
      return;
    }
    switch (reply) {
      case Reply.Empty(var status, var headers) ->
          write(request, new Reply.Body(status, "", new byte[0], headers));
      case Reply.Body body -> write(request, body);
      case Reply.Follow follow when isHead(request) -> {
        follow.tail().close();
        write(request, new Reply.Body(200, "text/event-stream", new byte[0], follow.headers()));
      }
      case Reply.Follow follow -> {
        follow.headers().forEach(response::putHeader);
        if (audience.follow(response, follow)) {
          forget(request);
        } else {
          response.putHeader("x-should-retry", "false"); // what it would ask for is under way
          refuse(request, Failures.unfollowed());
        }
      }
    }
  }

  /**
   * What was written and is not taken yet is held, and that within bounds. A short reply on a
   * connection that takes what is sent needs no room: so nothing keeps a monitor from its answer.
   */
  private void write(HttpServerRequest request, Reply.Body body) {
    boolean taking = !request.response().writeQueueFull();
    int bytes = HEAD_BYTES + body.bytes().length;
    Budget.Share share = budget.share();
    if (taking && bytes <= SHORT_BYTES_MAX || share.grow(bytes)) {
      end(request, body, share);
    } else if (taking && failures.reply(request, Failures.busy()) instanceof Reply.Body busy) {
      end(request, busy, share);
    } else { // it asks on and takes nothing
      request.connection().close();
    }
  }

  private static void end(HttpServerRequest request, Reply.Body body, Budget.Share share) {
    HttpServerResponse response = request.response();
    body.headers().forEach(response::putHeader);
    leaveIfUnread(request);
    response.setStatusCode(body.status());
    if (!body.contentType().isEmpty()) {
      response.putHeader("content-type", body.contentType());
    }
    if (isHead(request) && body.bytes().length > 0) {
      response.putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.bytes().length));
      response.end().onComplete(_ -> share.letGo());
    } else {
      response.end(Buffer.buffer(body.bytes())).onComplete(_ -> share.letGo());
    }
  }

  private static boolean isHead(HttpServerRequest request) {
    return request.method().equals(HttpMethod.HEAD);
  }

  /** Of a request that is answered before it was read whole, the rest is not waited for. */
  private static void leaveIfUnread(HttpServerRequest request) {
    boolean sends = request.getHeader(HttpHeaders.TRANSFER_ENCODING) != null || saysLength(request);
    if (sends && !request.isEnded()) {
      closeAfter(request);
    }
  }

  private static void closeAfter(HttpServerRequest request) {
    request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
    request.response().endHandler(_ -> request.connection().close());
  }

  private static boolean saysLength(HttpServerRequest request) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    return length != null && !length.equals("0");
  }

  /** A reader may stay for hours: nothing but its socket is kept for it, least of all its body. */
  private static void forget(HttpServerRequest request) {
    request.handler(null).endHandler(null).exceptionHandler(null);
    request.response().endHandler(null);
  }
}
