package dev.everbrook.server.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A provider with the habits of several at once: its calls have the id {@code call_0} with every
 * answer, or none for a model {@code unnamed}; it thinks in {@code reasoning}, signs that and each
 * call, and refuses a conversation in which any of it is missing or two calls have one id. To a
 * question it answers with calls, to their results with text, a source and a picture.
 */
public final class ParticularProvider implements AutoCloseable {

  private static final JsonMapper JSON = JsonMapper.shared();

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Queue<String> refused = new ConcurrentLinkedQueue<>();

  private ParticularProvider() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.setExecutor(threads);
    server.start();
  }

  public static ParticularProvider start() throws IOException {
    return new ParticularProvider();
  }

  public URI baseUrl() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/v1");
  }

  /** What was wrong with conversations. */
  public List<String> refused() {
    return List.copyOf(refused);
  }

  private void answer(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    JsonNode asked = JSON.readTree(body.length == 0 ? "{}".getBytes(StandardCharsets.UTF_8) : body);
    JsonNode messages = asked.path("messages");
    String wrong = wrong(messages);
    String reply = "{\"error\":{\"message\":\"" + wrong + "\"}}";
    if (wrong.isEmpty()) {
      JsonNode last = messages.get(messages.size() - 1);
      boolean told = last != null && last.path("role").asString("").equals("tool");
      reply = told ? said() : calls(asked.path("model").asString("").equals("unnamed"));
    } else {
      refused.add(wrong + ": " + messages);
    }
    byte[] bytes = reply.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(wrong.isEmpty() ? 200 : 400, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private static String wrong(JsonNode messages) {
    Set<String> ids = new HashSet<>();
    Set<String> results = new HashSet<>();
    for (JsonNode message : messages) {
      for (JsonNode call : message.path("tool_calls")) {
        if (!ids.add(call.path("id").asString(""))) {
          return "two calls have one id";
        }
        if (!call.at("/extra_content/google/thought_signature").asString("").equals("T")) {
          return "a call lost its signature";
        }
      }
      if (message.path("role").asString("").equals("tool")
          && !results.add(message.path("tool_call_id").asString(""))) {
        return "a call has two results";
      }
      if (!message.path("tool_calls").isEmpty()) {
        String thought =
            message.path("reasoning").asString("") + message.path("reasoning_content").asString("");
        if (!thought.equals("Hm, so")
            || !message.at("/reasoning_details/0/signature").asString("").equals("S")) {
          return "the reasoning must be passed back";
        }
      }
    }
    return ids.equals(results) ? "" : "a call has no result";
  }

  private static String calls(boolean unnamed) {
    String id = unnamed ? "" : "'id':'call_0',";
    return chunk("{'reasoning':'Hm','reasoning_details':[{'type':'t','text':'Hm','index':0}]}")
        + chunk("{'reasoning':', so','reasoning_details':[{'type':'t','text':', so','index':0}]}")
        + chunk("{'reasoning_details':[{'type':'t','signature':'S','index':0}]}")
        + chunk("{'tool_calls':[" + call(0, id) + "]}")
        + chunk("{'tool_calls':[" + call(1, unnamed ? "'id':''," : "'id':'call_1',") + "]}")
        + end("tool_calls");
  }

  private static String call(int index, String id) {
    return ("{'index':%d,%s'type':'function','function':{'name':'look','arguments':'{\\\"n\\\":%d}'},"
            + "'extra_content':{'google':{'thought_signature':'T'}}}")
        .formatted(index, id, index);
  }

  private static String said() {
    return chunk("{'content':'Seen.'}")
        + chunk(
            "{'annotations':[{'type':'url_citation','url_citation':{'url':'https://w','title':'W',"
                + "'start_index':0,'end_index':4}}]}")
        + chunk(
            "{'images':[{'type':'image_url','image_url':{'url':'data:image/png;base64,iVBORw0K'}}]}")
        + chunk("{'video':{'url':'https://v'}}")
        + end("stop");
  }

  private static String chunk(String delta) {
    return event("{'id':'c','choices':[{'index':0,'delta':" + delta + "}]}");
  }

  private static String end(String reason) {
    return event("{'choices':[{'index':0,'delta':{},'finish_reason':'" + reason + "'}]}")
        + event("{'choices':[],'usage':{'prompt_tokens':1,'completion_tokens':1}}")
        + "data: [DONE]\n\n";
  }

  private static String event(String json) {
    return "data: " + json.replace('\'', '"') + "\n\n";
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
