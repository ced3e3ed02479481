package dev.everbrook.model;

import java.io.IOException;
import java.net.http.HttpRequest;

/**
 * Builds the requests to a provider, and remembers which fields it does not support. Safe for many
 * threads.
 */
final class Endpoint {

  private final Provider provider;
  private final Address address;
  private final Diagnosis diagnosis;
  private volatile boolean usageRefused;

  Endpoint(Provider provider, Diagnosis diagnosis) {
    this.provider = provider;
    this.address = provider.address();
    this.diagnosis = diagnosis;
  }

  Provider provider() {
    return provider;
  }

  Diagnosis diagnosis() {
    return diagnosis;
  }

  HttpRequest completion(ModelRequest request) throws IOException {
    return request("/chat/completions")
        .header("Content-Type", "application/json")
        .header("Accept", "text/event-stream")
        .POST(HttpRequest.BodyPublishers.ofByteArray(RequestBody.of(request, !usageRefused)))
        .build();
  }

  /** Remembers that this provider must not be asked for usage; returns false if that was known. */
  boolean stopAskingForUsage() {
    boolean news = !usageRefused;
    usageRefused = true;
    return news;
  }

  HttpRequest listing() throws IOException {
    return request("/models").GET().build();
  }

  private HttpRequest.Builder request(String path) throws IOException {
    var request =
        HttpRequest.newBuilder(address.at(path))
            .header("User-Agent", "everbrook")
            .header("Accept-Encoding", "identity");
    address.hostHeader().ifPresent(value -> request.header("Host", value));
    provider
        .proxy()
        .flatMap(Provider.Proxy::authorization)
        .ifPresent(value -> request.header("Proxy-Authorization", value));
    provider.key().authorization().ifPresent(value -> request.header("Authorization", value));
    return request;
  }
}
