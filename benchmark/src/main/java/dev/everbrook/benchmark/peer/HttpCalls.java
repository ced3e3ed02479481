package dev.everbrook.benchmark.peer;

import dev.everbrook.benchmark.report.BenchFailure;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** Requests that prepare a measurement and are not part of it. */
public final class HttpCalls implements AutoCloseable {

  private static final Duration MOST = Duration.ofSeconds(30);

  private final URI server;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  public HttpCalls(URI server) {
    this.server = server;
  }

  /** Sends JSON, or nothing. */
  public HttpResponse<String> call(String method, String path, String json)
      throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(server.resolve(path))
            .timeout(MOST)
            .header("content-type", "application/json")
            .method(
                method, json.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(json))
            .build();
    try {
      HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
      if (response.statusCode() / 100 != 2) {
        throw new BenchFailure(
            method
                + " "
                + path
                + " was answered "
                + response.statusCode()
                + ": "
                + response.body());
      }
      return response;
    } catch (IOException e) {
      throw new BenchFailure(method + " " + path + " failed: " + e, e);
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
