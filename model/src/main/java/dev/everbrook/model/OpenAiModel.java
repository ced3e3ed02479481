package dev.everbrook.model;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.zip.ZipException;

/**
 * A chat model behind the OpenAI-compatible interface, which most providers and all local servers
 * speak. Redirects are not followed, since they would send the key elsewhere. Calls are not retried
 * here, with one exception: a provider that does not know {@code stream_options} is asked again
 * without it.
 *
 * <p>Safe for many threads. Use one instance per provider, since it pools the connections. The
 * creator closes it after the calls; a running call then ends as failed.
 */
public final class OpenAiModel implements ChatModel, AutoCloseable {

  private static final String RESTRICTED = "jdk.httpclient.allowRestrictedHeaders";
  private static final int LISTING_BYTES_MAX = 16 << 20;

  static {
    // The JDK reads this property when the process makes its first client. It allows a Host header
    // that differs from the URL's host; the reason is in Address.
    setUnlessSet(RESTRICTED, "host");
  }

  private final Endpoint endpoint;
  private final ExecutorService handlers =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("everbrook-model-", 0).factory());
  private final HttpClient http;
  private final Watchdog dog = new Watchdog();

  /**
   * @throws IllegalStateException if the provider needs a JVM option that the JDK has already read;
   *     the message names the option
   */
  public OpenAiModel(Provider provider) {
    this.endpoint = new Endpoint(provider, new Diagnosis(provider, InstantSource.system()));
    Address address = provider.address();
    allowWhatIsNeeded(provider);
    HttpClient.Builder client =
        HttpClient.newBuilder()
            // With these, chunks are handed over between virtual threads, which costs less than
            // waking a platform thread for each (docs/decisions/014).
            .executor(handlers)
            // An upgrade of a plain connection to HTTP/2 makes LM Studio hang and vLLM lose the
            // body.
            .version(address.https() ? HttpClient.Version.HTTP_2 : HttpClient.Version.HTTP_1_1)
            .connectTimeout(provider.limits().connect())
            .followRedirects(HttpClient.Redirect.NEVER);
    provider
        .proxy()
        .map(it -> ProxySelector.of(InetSocketAddress.createUnresolved(it.host(), it.port())))
        .ifPresent(client::proxy);
    this.http = client.build();
  }

  /**
   * The JDK's client sends a password to a proxy that opens a tunnel, and a Host header that
   * differs from the URL's host, only if system properties allow that before the first client is
   * created.
   */
  private static void allowWhatIsNeeded(Provider provider) {
    Address address = provider.address();
    if (address.https() && provider.proxy().flatMap(Provider.Proxy::authorization).isPresent()) {
      setUnlessSet("jdk.http.auth.tunneling.disabledSchemes", "");
    }
    if (address.hostHeader().isPresent()) {
      try {
        HttpRequest.newBuilder().header("Host", address.authority());
      } catch (IllegalArgumentException tooLate) {
        throw new IllegalStateException(
            "a provider's host with '_' in its name needs the JVM option -D"
                + RESTRICTED
                + "=host here, since other code made an HTTP client before",
            tooLate);
      }
    }
  }

  private static void setUnlessSet(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  @Override
  public ModelCall open(ModelRequest request) {
    return new OpenAiCall(endpoint, new Upstream(http, dog, endpoint.provider()), request);
  }

  /**
   * The names of the provider's models, in its order; empty if the request failed or was not
   * answered properly within {@code within}. Blocks at most that long.
   */
  public Optional<List<String>> models(Duration within) {
    return listing(within) instanceof Listing.Offered offered
        ? Optional.of(offered.names())
        : Optional.empty();
  }

  /**
   * The provider's models, or the reason why they are unknown. Blocks at most for {@code within}
   * and reads at most 16 MiB.
   */
  public Listing listing(Duration within) {
    CompletableFuture<HttpResponse<byte[]>> exchange = new CompletableFuture<>();
    try {
      exchange =
          http.sendAsync(
              endpoint.listing(),
              BodyHandlers.limiting(BodyHandlers.ofByteArray(), LISTING_BYTES_MAX));
      return listing(exchange.get(within.toNanos(), TimeUnit.NANOSECONDS));
    } catch (ContentEncoding.Unknown unknown) {
      return unknown(endpoint.diagnosis().compressed(String.valueOf(unknown.getMessage())));
    } catch (ZipException | EOFException damaged) {
      return unknown(endpoint.diagnosis().damaged(damaged));
    } catch (ExecutionException | IOException failed) {
      IOException broken =
          failed instanceof IOException io
              ? io
              : failed.getCause() instanceof IOException io ? io : new IOException(failed);
      return unknown(endpoint.diagnosis().ofNoResponse(broken));
    } catch (TimeoutException late) {
      return new Listing.Unknown(
          "The provider " + endpoint.provider().name() + " did not list its models in time.");
    } catch (InterruptedException interrupt) {
      Thread.currentThread().interrupt();
      return new Listing.Unknown("The wait for the list was interrupted.");
    } finally {
      exchange.cancel(true);
    }
  }

  private Listing listing(HttpResponse<byte[]> response) throws IOException {
    int status = response.statusCode();
    InputStream body =
        ContentEncoding.decoded(new ByteArrayInputStream(response.body()), response.headers());
    byte[] bytes = body.readNBytes(LISTING_BYTES_MAX + 1);
    if (bytes.length > LISTING_BYTES_MAX) {
      return new Listing.Unknown(
          "The provider "
              + endpoint.provider().name()
              + " listed its models in more than "
              + LISTING_BYTES_MAX
              + " bytes.");
    }
    String text = new String(bytes, StandardCharsets.UTF_8);
    if (status / 100 != 2) {
      return unknown(endpoint.diagnosis().of(status, response.headers(), text));
    }
    return Listing.Offered.of(text) instanceof Listing.Offered offered
        ? offered
        : unknown(endpoint.diagnosis().noList(status, text));
  }

  private static Listing unknown(Failure why) {
    return new Listing.Unknown(why.message());
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
    return "OpenAiModel[" + endpoint.provider().name() + "]";
  }
}
