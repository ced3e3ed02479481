package dev.everbrook.server.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** What a person does with a chat, over HTTP. */
public record ChatClient(Http http) {

  /** An answer that is on its way. */
  public record Begun(String chat, String stream) {}

  /** Asks in a new chat, streamed, and reads along. */
  public Reader ask(String prompt) throws IOException, InterruptedException {
    return http.postAndFollow("/chat", Map.of("prompt", prompt, "stream", true));
  }

  /** Asks in a new chat and leaves as soon as the answer has a name. */
  public Begun begin(String prompt) throws IOException, InterruptedException {
    try (Reader reader = ask(prompt)) {
      return begun(reader);
    }
  }

  public static Begun begun(Reader reader) {
    assertThat(reader.status()).isEqualTo(200);
    return new Begun(
        reader.header("everbrook-chat").orElseThrow(),
        reader.header("everbrook-stream").orElseThrow());
  }

  /** Follows a stream from the event after this one. */
  public Reader events(String stream, long after) throws IOException, InterruptedException {
    return http.follow("/v1/streams/" + stream, "Last-Event-ID", Long.toString(after));
  }

  /** Reads a stream from its beginning to its end. */
  public Copy whole(String stream) throws IOException, InterruptedException {
    try (Reader reader = events(stream, -1)) {
      return Copy.of(reader.awaitEnd());
    }
  }

  public Http.Answered cancel(String stream) throws IOException, InterruptedException {
    return http.post("/v1/streams/" + stream + "/cancel", "");
  }

  public List<JsonNode> messages(String chat) throws IOException, InterruptedException {
    Http.Answered answered = http.get("/chat/" + chat);
    assertThat(answered.status()).isEqualTo(200);
    return List.copyOf(answered.json().path("messages").values());
  }

  /** The last message of a chat. */
  public JsonNode answer(String chat) throws IOException, InterruptedException {
    return messages(chat).getLast();
  }

  public String stored(String chat) throws IOException, InterruptedException {
    return answer(chat).path("content").asString();
  }
}
