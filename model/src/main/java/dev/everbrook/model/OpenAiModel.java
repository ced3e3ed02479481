package dev.everbrook.model;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * A chat model behind the OpenAI-compatible interface, which most providers and all local servers
 * speak. Redirects are not followed (they would carry the key elsewhere) and nothing is retried
 * here, except that a provider that does not know {@code stream_options} is asked again without.
 *
 * <p>Safe for many threads. One instance per provider, as it keeps the connections; who made it
 * closes it, after the calls: a call still running then ends as failed.
 */
public final class OpenAiModel implements ChatModel, AutoCloseable {

  private static final int LISTING_BYTES_MAX = 4 << 20;

  private final Provider provider;
  private final ExecutorService handlers =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("everbrook-model-", 0).factory());
  private final HttpClient http;
  private final Watchdog dog = new Watchdog();
  private final Diagnosis diagnosis;
  private volatile boolean usageRefused;

  public OpenAiModel(Provider provider) {
    this.provider = provider;
    this.diagnosis = new Diagnosis(provider, InstantSource.system());
    this.http =
        HttpClient.newBuilder()
            // Handing a chunk to its reader then stays among virtual threads, which costs less than
            // to wake a platform thread for each (docs/decisions/014).
            .executor(handlers)
            // Upgrading a plain connection to HTTP/2 hangs LM Studio and loses vLLM the body.
            .version(provider.isHttps() ? HttpClient.Version.HTTP_2 : HttpClient.Version.HTTP_1_1)
            .connectTimeout(provider.limits().connect())
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
  }

  @Override
  public ModelCall open(ModelRequest request) {
    return new OpenAiCall(this, new Upstream(http, dog, provider), request);
  }

  /**
   * The names of the models the provider offers, in its order; empty if it could not be asked or
   * did not answer properly within the time given. Blocks at most that long.
   */
  public Optional<List<String>> models(Duration within) {
    HttpRequest request = request("/models").GET().build();
    var exchange =
        http.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofString(), LISTING_BYTES_MAX));
    try {
      HttpResponse<String> response = exchange.get(within.toNanos(), TimeUnit.NANOSECONDS);
      return response.statusCode() == 200 ? names(response.body()) : Optional.empty();
    } catch (TimeoutException | ExecutionException unreachable) {
      return Optional.empty();
    } catch (InterruptedException interrupt) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    } finally {
      exchange.cancel(true);
    }
  }

  /** Closes the connections. */
  @Override
  public void close() {
    http.shutdownNow();
    handlers.shutdown();
    dog.close();
  }

  @Override
  public String toString() {
    return "OpenAiModel[" + provider.name() + "]";
  }

  Provider provider() {
    return provider;
  }

  Diagnosis diagnosis() {
    return diagnosis;
  }

  HttpRequest completion(ModelRequest request) {
    return request("/chat/completions")
        .header("Content-Type", "application/json")
        .header("Accept", "text/event-stream")
        .header("Accept-Encoding", "identity")
        .POST(HttpRequest.BodyPublishers.ofByteArray(RequestBody.of(request, !usageRefused)))
        .build();
  }

  /** Remembers that this provider must not be asked for usage; false if it was known. */
  boolean stopAskingForUsage() {
    boolean news = !usageRefused;
    usageRefused = true;
    return news;
  }

  private HttpRequest.Builder request(String path) {
    var request = HttpRequest.newBuilder(provider.at(path)).header("User-Agent", "everbrook");
    provider.key().authorization().ifPresent(value -> request.header("Authorization", value));
    return request;
  }

  private static Optional<List<String>> names(String body) {
    try {
      JsonNode data = Json.MAPPER.readTree(body).path("data");
      if (!data.isArray()) {
        return Optional.empty();
      }
      List<String> names = new ArrayList<>();
      for (JsonNode model : data) {
        String id = Json.text(model, "id");
        if (!id.isEmpty()) {
          names.add(id);
        }
      }
      return Optional.of(List.copyOf(names));
    } catch (JacksonException notJson) {
      return Optional.empty();
    }
  }
}
