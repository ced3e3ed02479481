package dev.everbrook.model;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPInputStream;

/** Sends a request and finds out what kind of reply it got. For one thread. */
final class Opening {

  private static final int ERROR_BYTES_MAX = 64 << 10;

  private final OpenAiModel model;
  private final Upstream upstream;
  private final int bytesMax;

  Opening(OpenAiModel model, Upstream upstream) {
    this.model = model;
    this.upstream = upstream;
    this.bytesMax = model.provider().limits().frameBytesMax();
  }

  /** Blocks until the reply shows what it is. */
  Reply send(ModelRequest request) {
    try {
      HttpResponse<InputStream> response = upstream.send(model.completion(request));
      if (response.statusCode() == 200) {
        return accepted(response);
      }
      String body = errorBody(response);
      if (response.statusCode() == 400 && namesUsage(body) && model.stopAskingForUsage()) {
        return send(request);
      }
      return new Reply.Refused(
          model.diagnosis().of(response.statusCode(), response.headers(), body));
    } catch (IOException broken) {
      return new Reply.Refused(model.diagnosis().ofNoResponse(broken));
    }
  }

  /**
   * Judges by the first byte, as content types lie: an event stream never begins with a brace or a
   * pointed bracket. Blank lines and a byte order mark before it mean nothing and are skipped.
   */
  private Reply accepted(HttpResponse<InputStream> response) throws IOException {
    InputStream body = decoded(response);
    int first = body.read();
    while (first == '\r' || first == '\n' || first == 0xEF || first == 0xBB || first == 0xBF) {
      first = body.read();
    }
    if (first == '<') {
      return new Reply.Refused(
          new Failure.Protocol(
              "The provider "
                  + model.provider().name()
                  + " answered with a web page; check the base URL, it usually ends in /v1."));
    }
    InputStream all =
        first < 0
            ? InputStream.nullInputStream()
            : new SequenceInputStream(new ByteArrayInputStream(new byte[] {(byte) first}), body);
    return first == '{' || first == '['
        ? document(all)
        : new Reply.Events(new SseReader(all, bytesMax));
  }

  private Reply document(InputStream body) throws IOException {
    byte[] bytes = body.readNBytes(bytesMax + 1);
    if (bytes.length > bytesMax) {
      return new Reply.Refused(model.diagnosis().tooLong(bytesMax));
    }
    return new Reply.Document(new String(bytes, StandardCharsets.UTF_8));
  }

  /** Nobody asked for compression, yet some proxies compress. */
  private InputStream decoded(HttpResponse<InputStream> response) throws IOException {
    InputStream body = upstream.watched(response.body());
    boolean zipped = response.headers().firstValue("content-encoding").orElse("").equals("gzip");
    return zipped ? new GZIPInputStream(body) : body;
  }

  /** The beginning of an error's body; what breaks off is judged by its status alone. */
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
