package dev.everbrook.server.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Plain requests to one server; every answer is searched for the key and for stack traces. */
public record Http(URI base) {

  private static final Duration MOST = Duration.ofSeconds(60);
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(MOST).build();

  /** A whole answer. */
  public record Answered(int status, HttpHeaders headers, String body) {

    public JsonNode json() {
      return JsonMapper.shared().readTree(body);
    }

    /** What an error says. */
    public String message() {
      return json().path("message").asString("");
    }
  }

  /** {@code headers} are names and values in turn, here and below. */
  public Answered get(String path, String... headers) throws IOException, InterruptedException {
    return send(request(path, headers).GET());
  }

  /** A string body goes as it is, another value as JSON. */
  public Answered post(String path, Object body, String... headers)
      throws IOException, InterruptedException {
    return send(posting(path, body, headers));
  }

  public Reader follow(String path, String... headers) throws IOException, InterruptedException {
    return stream(request(path, headers).header("Accept", "text/event-stream").GET());
  }

  public Reader postAndFollow(String path, Object body, String... headers)
      throws IOException, InterruptedException {
    return stream(posting(path, body, headers));
  }

  /** The raw body of a stream; the caller closes it. */
  public InputStream body(String path) throws IOException, InterruptedException {
    return CLIENT.send(request(path).GET().build(), BodyHandlers.ofInputStream()).body();
  }

  public Answered send(String method, String path, String... headers)
      throws IOException, InterruptedException {
    return send(request(path, headers).method(method, HttpRequest.BodyPublishers.noBody()));
  }

  /** Sends a body with another method than POST. */
  public Answered exchange(String method, String path, String body, String... headers)
      throws IOException, InterruptedException {
    return send(request(path, headers).method(method, HttpRequest.BodyPublishers.ofString(body)));
  }

  private HttpRequest.Builder posting(String path, Object body, String... headers) {
    String text =
        body instanceof String given ? given : JsonMapper.shared().writeValueAsString(body);
    return request(path, headers).POST(HttpRequest.BodyPublishers.ofString(text));
  }

  private HttpRequest.Builder request(String path, String... headers) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path)).timeout(MOST);
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return request;
  }

  private static Answered send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    HttpResponse<String> response = CLIENT.send(request.build(), BodyHandlers.ofString());
    String body = response.body();
    assertThat(body).doesNotContain(Told.KEY, "\tat ", "\\tat ", "Exception");
    return new Answered(response.statusCode(), response.headers(), body);
  }

  private static Reader stream(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    HttpResponse<InputStream> response = CLIENT.send(request.build(), BodyHandlers.ofInputStream());
    return Reader.of(response);
  }

  /** The value of a gauge without labels. */
  public int metric(String name) throws IOException, InterruptedException {
    return get("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToInt(line -> (int) Double.parseDouble(line.substring(name.length())))
        .findFirst()
        .orElseThrow(() -> new AssertionError("there is no metric " + name));
  }

  public static Map<String, Object> prompt(String prompt) {
    return Map.of("prompt", prompt);
  }
}
