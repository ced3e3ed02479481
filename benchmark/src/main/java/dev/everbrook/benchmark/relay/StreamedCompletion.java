package dev.everbrook.benchmark.relay;

import dev.everbrook.benchmark.report.BenchFailure;
import dev.everbrook.benchmark.report.Latencies;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/**
 * One streamed chat completion over a connection of its own, read line by line as it comes,
 * whatever stands between the client and a {@link dev.everbrook.benchmark.peer.PacedProvider}.
 */
public final class StreamedCompletion {

  private static final Duration SILENCE_MAX = Duration.ofSeconds(60);
  private static final String CONTENT = "\"content\":\"";

  private StreamedCompletion() {}

  /**
   * What was measured of it.
   *
   * @param firstNanos from the request to the first token
   */
  public record Seen(long firstNanos, int tokens) {}

  /**
   * Asks and reads to the end.
   *
   * @param chunks gets the time of each further token from the provider to here
   * @throws BenchFailure if it does not end as it should
   */
  public static Seen read(URI base, Map<String, String> headers, String model, Latencies chunks) {
    try (Socket socket = new Socket(base.getHost(), base.getPort())) {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout((int) SILENCE_MAX.toMillis());
      byte[] request = request(base, headers, model);
      long start = System.nanoTime();
      socket.getOutputStream().write(request);
      BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8), 32 * 1024);
      return read(lines, start, chunks);
    } catch (IOException e) {
      throw new BenchFailure("an answer through " + base + " broke off: " + e, e);
    }
  }

  private static Seen read(BufferedReader lines, long start, Latencies chunks) throws IOException {
    String status = String.valueOf(lines.readLine());
    long first = 0;
    int tokens = 0;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith("data: [DONE]")) {
        return new Seen(first, tokens);
      }
      int at = line.indexOf(CONTENT);
      if (at < 0 || !Character.isDigit(line.charAt(at + CONTENT.length()))) {
        continue;
      }
      long now = System.nanoTime();
      tokens++;
      if (tokens == 1) {
        first = now - start;
      } else {
        chunks.record(now - sent(line, at + CONTENT.length()));
      }
    }
    throw new BenchFailure("an answer ended without [DONE]: " + status + ", " + tokens + " tokens");
  }

  private static long sent(String line, int from) {
    long nanos = 0;
    for (int i = from; Character.isDigit(line.charAt(i)); i++) {
      nanos = nanos * 10 + Character.digit(line.charAt(i), 10);
    }
    return nanos;
  }

  private static byte[] request(URI base, Map<String, String> headers, String model) {
    String body =
        "{\"model\":\""
            + model
            + "\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"go\"}]}";
    StringBuilder request = new StringBuilder();
    request.append("POST ").append(base.getPath()).append("/chat/completions HTTP/1.1\r\n");
    request.append("host: ").append(base.getAuthority()).append("\r\n");
    request.append("authorization: Bearer any\r\ncontent-type: application/json\r\n");
    headers.forEach(
        (name, value) -> request.append(name).append(": ").append(value).append("\r\n"));
    request.append("content-length: ").append(body.length()).append("\r\n\r\n").append(body);
    return request.toString().getBytes(StandardCharsets.UTF_8);
  }
}
