package dev.everbrook.server.http.edge;

import dev.everbrook.server.http.ContentCodings;
import dev.everbrook.server.http.Reply;
import dev.everbrook.server.http.Request;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/**
 * Compresses whole text bodies for clients that accept it. A stream of events is never compressed,
 * since its events would wait for one another. No body holds a secret beside text that an attacker
 * may choose (docs/decisions/029).
 */
final class CompressedReply {
  /** Below this, the headers cost more bytes than compression saves. */
  private static final int BYTES_MIN = 1_024;

  /** Above this, the processor time weighs more. */
  private static final int BYTES_MAX = 16 << 20;

  private static final String VARY = "vary";

  private CompressedReply() {}

  /** Returns the reply to send. Takes milliseconds, so do not call it on an event loop. */
  static Reply of(Request request, Reply reply) {
    return reply instanceof Reply.Body body && mayBePacked(body) ? packed(request, body) : reply;
  }

  private static boolean mayBePacked(Reply.Body body) {
    int bytes = body.bytes().length;
    // An ETag or an encoding refers to exactly these bytes; 206 refers to ranges of them.
    boolean named =
        body.headers().keySet().stream()
            .map(it -> it.toLowerCase(Locale.ROOT))
            .anyMatch(List.of("content-encoding", "etag")::contains);
    return !named
        && body.status() != 206
        && bytes >= BYTES_MIN
        && bytes <= BYTES_MAX
        && isText(body.contentType());
  }

  private static boolean isText(String contentType) {
    String type = contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    return type.startsWith("text/") || type.endsWith("json") || type.endsWith("+xml");
  }

  private static Reply packed(Request request, Reply.Body body) {
    String coding =
        ContentCodings.best(
            request.header("accept-encoding"),
            List.of(ContentCodings.GZIP, ContentCodings.IDENTITY));
    Map<String, String> headers = new HashMap<>(body.headers());
    headers.merge(VARY, "accept-encoding", (old, more) -> old + ", " + more);
    if (coding.equals(ContentCodings.IDENTITY)) {
      return new Reply.Body(body.status(), body.contentType(), body.bytes(), headers);
    }
    headers.put("content-encoding", coding);
    return new Reply.Body(body.status(), body.contentType(), gzip(body.bytes()), headers);
  }

  private static byte[] gzip(byte[] bytes) {
    ByteArrayOutputStream packed = new ByteArrayOutputStream(bytes.length / 4);
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException("memory cannot fail to be written", e);
    }
    return packed.toByteArray();
  }
}
