package dev.everbrook.model;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.zip.ZipException;

/** Sends a request and determines the kind of its reply. For one thread. */
final class Opening {

  private static final int ERROR_BYTES_MAX = 64 << 10;

  private final Endpoint endpoint;
  private final Upstream upstream;
  private final int bytesMax;

  Opening(Endpoint endpoint, Upstream upstream) {
    this.endpoint = endpoint;
    this.upstream = upstream;
    this.bytesMax = endpoint.provider().limits().frameBytesMax();
  }

  /** A provider's reply to a request for a stream. */
  sealed interface Reply {

    /** The requested stream, or the single JSON text of a provider that does not stream. */
    record Frames(SseReader frames) implements Reply {}

    /** No answer. */
    record Refused(Failure failure) implements Reply {}
  }

  /** Blocks until the kind of the reply is known. */
  Reply send(ModelRequest request) {
    try {
      HttpResponse<InputStream> response = upstream.send(endpoint.completion(request));
      int status = response.statusCode();
      if (status / 100 == 2) {
        return accepted(response);
      }
      String body = errorBody(response);
      if (status == 400 && namesUsage(body) && endpoint.stopAskingForUsage()) {
        return send(request);
      }
      return new Reply.Refused(endpoint.diagnosis().of(status, response.headers(), body));
    } catch (ContentEncoding.Unknown unknown) {
      return new Reply.Refused(
          endpoint.diagnosis().compressed(String.valueOf(unknown.getMessage())));
    } catch (ZipException damaged) {
      return new Reply.Refused(endpoint.diagnosis().damaged(damaged));
    } catch (IOException broken) {
      return new Reply.Refused(endpoint.diagnosis().ofNoResponse(broken));
    }
  }

  /**
   * Judges by the first byte, since content types are often wrong: an answer never begins with an
   * angle bracket. White space, a byte order mark and the character 0 before it are skipped.
   */
  private Reply accepted(HttpResponse<InputStream> response) throws IOException {
    InputStream body = decoded(response);
    int first = body.read();
    while (isPadding(first)) {
      first = body.read();
    }
    if (first < 0) {
      return new Reply.Refused(endpoint.diagnosis().empty(response.statusCode()));
    }
    InputStream all =
        new SequenceInputStream(new ByteArrayInputStream(new byte[] {(byte) first}), body);
    if (first == '<') {
      byte[] page = all.readNBytes(ERROR_BYTES_MAX);
      return new Reply.Refused(
          endpoint.diagnosis().webPage(new String(page, StandardCharsets.UTF_8)));
    }
    return new Reply.Frames(new SseReader(all, bytesMax));
  }

  private static boolean isPadding(int first) {
    return first >= 0 && first <= ' ' || first == 0xEF || first == 0xBB || first == 0xBF;
  }

  private InputStream decoded(HttpResponse<InputStream> response) throws IOException {
    return ContentEncoding.decoded(upstream.watched(response.body()), response.headers());
  }

  /**
   * The beginning of an error's body; a body that breaks off is ignored, so that the status alone
   * decides.
   */
  private String errorBody(HttpResponse<InputStream> response) {
    try (InputStream body = decoded(response)) {
      return new String(body.readNBytes(ERROR_BYTES_MAX), StandardCharsets.UTF_8);
    } catch (IOException broken) {
      return "";
    }
  }

  private static boolean namesUsage(String body) {
    return body.contains("stream_options") || body.contains("include_usage");
  }
}
