package dev.everbrook.simulator;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One request as it came over the wire; or, if {@code problem} is a status, why it is refused. */
record HttpRequest(
    String method, String path, Map<String, String> headers, String body, int problem) {

  private static final int HEAD_MAX = 32 << 10;
  private static final int BODY_MAX = 4 << 20;

  /** Blocks for the next request; null when the client has hung up between two requests. */
  static @Nullable HttpRequest read(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (!endsHead(head)) {
      int b = in.read();
      if (b < 0) {
        if (head.isEmpty()) {
          return null;
        }
        throw new IOException("the client left within a request's head");
      }
      head.append((char) b);
      if (head.length() > HEAD_MAX) {
        return refused(431);
      }
    }
    return parse(head.toString(), in);
  }

  boolean keepsAlive() {
    return problem == 0 && !"close".equalsIgnoreCase(headers.get("connection"));
  }

  private static HttpRequest parse(String head, InputStream in) throws IOException {
    String[] lines = head.split("\r\n", 0);
    String[] first = lines[0].split(" ", -1);
    if (first.length != 3 || !first[2].equals("HTTP/1.1")) {
      return refused(first.length == 3 ? 505 : 400);
    }
    Map<String, String> headers = new HashMap<>();
    for (int i = 1; i < lines.length; i++) {
      int colon = lines[i].indexOf(':');
      if (colon < 1) {
        return refused(400);
      }
      headers.put(
          lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
          lines[i].substring(colon + 1).strip());
    }
    if (headers.containsKey("transfer-encoding")) {
      return refused(411);
    }
    String length = headers.getOrDefault("content-length", "0");
    if (!length.matches("\\d{1,9}") || Integer.parseInt(length) > BODY_MAX) {
      return refused(413);
    }
    byte[] body = in.readNBytes(Integer.parseInt(length));
    if (body.length < Integer.parseInt(length)) {
      throw new IOException("the client left within a request's body");
    }
    String path = first[1].split("\\?", 2)[0];
    return new HttpRequest(
        first[0], path, Map.copyOf(headers), new String(body, StandardCharsets.UTF_8), 0);
  }

  private static HttpRequest refused(int status) {
    return new HttpRequest("", "", Map.of(), "", status);
  }

  private static boolean endsHead(StringBuilder head) {
    int length = head.length();
    return length >= 4
        && head.charAt(length - 1) == '\n'
        && head.charAt(length - 2) == '\r'
        && head.charAt(length - 3) == '\n'
        && head.charAt(length - 4) == '\r';
  }
}
