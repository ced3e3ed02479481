package dev.everbrook.server.http.wire;

import dev.everbrook.server.http.HttpFailure;
import io.netty.handler.codec.http.ContentLengthNotAllowedException;
import io.netty.handler.codec.http.InvalidLineSeparatorException;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.handler.codec.http.TransferEncodingNotAllowedException;
import org.jspecify.annotations.Nullable;

/** The failures for requests that are not valid HTTP. */
public final class Malformed {

  /** A head that the decoder refuses, and the reason. */
  static final class Refused extends RuntimeException {

    private final int status;

    Refused(int status, String why) {
      super(why, null, false, false);
      this.status = status;
    }

    HttpFailure failure() {
      return new HttpFailure(status, String.valueOf(getMessage()));
    }
  }

  private Malformed() {}

  /** A head that could not be read. */
  public static HttpFailure head(@Nullable Throwable why) {
    return switch (why) {
      case Refused refused -> refused.failure();
      case TooLongHttpLineException _ ->
          new HttpFailure(
              414,
              "The first line of a request may have at most "
                  + HeadLimits.LINE_BYTES_MAX
                  + " bytes.");
      case TooLongHttpHeaderException _ ->
          new HttpFailure(
              431,
              "The headers of a request may have at most "
                  + HeadLimits.HEADER_BYTES_MAX
                  + " bytes.");
      case ContentLengthNotAllowedException _ ->
          HttpFailure.badRequest("Content-Length and Transfer-Encoding exclude each other.");
      case TransferEncodingNotAllowedException _ ->
          HttpFailure.badRequest("HTTP/1.0 has no Transfer-Encoding.");
      case InvalidLineSeparatorException _ ->
          HttpFailure.badRequest("Each line of a head must end with CR and LF.");
      case null, default ->
          HttpFailure.badRequest(
              "The head of the request is not well formed: a first line such as GET / HTTP/1.1,"
                  + " then headers such as Host: localhost, with one Content-Length at most.");
    };
  }

  /** A chunk that could not be read. */
  public static HttpFailure body(Throwable why) {
    return switch (why) {
      case TooLongHttpLineException _ ->
          HttpFailure.badRequest(
              "The line before a chunk, with its length and extensions, may have at most "
                  + HeadLimits.LINE_BYTES_MAX
                  + " bytes.");
      case TooLongHttpHeaderException _ ->
          new HttpFailure(
              431,
              "The trailers after a body may have at most "
                  + HeadLimits.HEADER_BYTES_MAX
                  + " bytes.");
      default ->
          HttpFailure.badRequest(
              "The chunks of the body are not well formed: each is its length in hexadecimal"
                  + " digits, CR LF, that many bytes, CR LF; the last has the length 0.");
    };
  }
}
