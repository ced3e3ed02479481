package dev.everbrook.server.testing.browser;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A provider that says what a test puts into its mouth, when the test says so. Speaks the streamed
 * OpenAI wire. Safe for use by many threads; who starts it closes it.
 */
public final class BrowserScript implements AutoCloseable {

  private static final int SILENCE_MAX_S = 60;

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, Part> parts = new ConcurrentHashMap<>();

  /** What is said to one prompt; a piece without text is the end. */
  public static final class Part {
    private final BlockingQueue<Optional<String>> pieces = new LinkedBlockingQueue<>();
    private volatile int status = 200;

    /** Says nothing but this HTTP status. */
    public void refuse(int status) {
      this.status = status;
    }

    /** Says this as one token. */
    public Part say(String piece) {
      pieces.add(Optional.of(piece));
      return this;
    }

    /** Says a text token by token, as fast as they can be taken. */
    public Part sayAll(List<String> tokens) {
      tokens.forEach(this::say);
      return this;
    }

    public void end() {
      pieces.add(Optional.empty());
    }
  }

  private BrowserScript(HttpServer server) {
    this.server = server;
  }

  public static BrowserScript start() throws IOException {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    BrowserScript script = new BrowserScript(HttpServer.create(any, 0));
    script.server.setExecutor(script.threads);
    script.server.createContext("/v1/chat/completions", script::answer);
    script.server.start();
    return script;
  }

  public URI baseUrl() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/v1");
  }

  /** What will be said to this prompt. */
  public Part to(String prompt) {
    return parts.computeIfAbsent(prompt, _ -> new Part());
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      JsonNode request = JsonMapper.shared().readTree(exchange.getRequestBody().readAllBytes());
      String prompt =
          List.copyOf(request.path("messages").values()).getLast().path("content").asString();
      Part part = to(prompt);
      if (part.status != 200) {
        exchange.sendResponseHeaders(part.status, -1);
        return;
      }
      exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
      exchange.sendResponseHeaders(200, 0);
      speak(part, exchange.getResponseBody());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private static void speak(Part part, OutputStream out) throws IOException, InterruptedException {
    Optional<String> piece = next(part);
    while (piece.isPresent()) {
      send(out, chunk(Map.of("content", piece.get()), null));
      piece = next(part);
    }
    send(out, chunk(Map.of(), "stop"));
    send(out, "[DONE]");
  }

  private static Optional<String> next(Part part) throws IOException, InterruptedException {
    Optional<String> piece = part.pieces.poll(SILENCE_MAX_S, TimeUnit.SECONDS);
    if (piece == null) {
      throw new IOException("the test said nothing for " + SILENCE_MAX_S + " s");
    }
    return piece;
  }

  private static String chunk(Map<String, String> delta, @Nullable String finish) {
    Map<String, Object> choice = new HashMap<>(Map.of("index", 0, "delta", delta));
    choice.put("finish_reason", finish);
    return JsonMapper.shared()
        .writeValueAsString(
            Map.of("id", "script", "object", "chat.completion.chunk", "choices", List.of(choice)));
  }

  private static void send(OutputStream out, String data) throws IOException {
    out.write(("data: " + data + "\n\n").getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
