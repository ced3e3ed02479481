package dev.everbrook.server.http.edge;

import dev.everbrook.server.http.HttpFailure;
import dev.everbrook.server.http.Reply;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;

/** Writes replies. Called on the loop of its request. */
final class ReplyWriter {

  private static final int SHORT_BYTES_MAX = 64 * 1024;

  /** The approximate size of a reply without its body. */
  private static final int HEAD_BYTES = 1024;

  private final ByteBudget budget;
  private final Failures failures;
  private final Followers audience;

  ReplyWriter(ByteBudget budget, Failures failures, Followers audience) {
    this.budget = budget;
    this.failures = failures;
    this.audience = audience;
  }

  void refuse(HttpServerRequest request, HttpFailure failure) {
    send(request, failures.reply(request, failure));
  }

  /** Refuses a request that should not have been sent, and reads nothing more of it. */
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
          response.putHeader("x-should-retry", "false"); // the answer is already being written
          refuse(request, Failures.unfollowed());
        }
      }
    }
  }

  /**
   * Writes a reply; unsent bytes count against a bound. A short reply to a client that takes its
   * bytes needs no room, so a monitor always gets its reply.
   */
  private void write(HttpServerRequest request, Reply.Body body) {
    boolean taking = !request.response().writeQueueFull();
    int bytes = HEAD_BYTES + body.bytes().length;
    ByteBudget.Share share = budget.share();
    if (taking && bytes <= SHORT_BYTES_MAX || share.grow(bytes)) {
      end(request, body, share);
    } else if (taking && failures.reply(request, Failures.busy()) instanceof Reply.Body busy) {
      end(request, busy, share);
    } else { // the client sends requests and takes no bytes
      request.connection().close();
    }
  }

  private static void end(HttpServerRequest request, Reply.Body body, ByteBudget.Share share) {
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

  /** Closes the connection after an early reply instead of waiting for the rest of the request. */
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

  /**
   * Releases the request of a reader, which may stay for hours: only the socket is kept, not the
   * body.
   */
  private static void forget(HttpServerRequest request) {
    request.handler(null).endHandler(null).exceptionHandler(null);
    request.response().endHandler(null);
  }
}
