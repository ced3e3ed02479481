package dev.everbrook.server.acceptance.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.server.testing.ChatClient;
import dev.everbrook.server.testing.Http;
import dev.everbrook.server.testing.Reader;
import dev.everbrook.server.testing.Scene;
import dev.everbrook.server.testing.SharedScene;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/** What can be done to chats and answers once they are there: branch, delete. */
@ExtendWith(SharedScene.class)
class AfterTheEndTest {

  private static Scene scene;
  private static Http http;
  private static ChatClient client;

  @BeforeAll
  static void start(Scene shared) throws Exception {
    scene = shared;
    http = scene.http();
    client = scene.client();
  }

  @Test
  void aDeletedStreamIsNotFoundAndItsChatSaysSo() throws Exception {
    ChatClient.Begun begun = asked("Tell me. words:30");

    assertThat(http.send("DELETE", "/v1/streams/" + begun.stream()).status()).isEqualTo(204);
    assertThat(http.send("DELETE", "/v1/streams/" + begun.stream()).status()).isEqualTo(404);
    assertThat(http.get("/v1/streams/" + begun.stream()).status()).isEqualTo(404);
    JsonNode answer = client.answer(begun.chat());
    assertThat(answer.path("state").asString()).isEqualTo("removed");
    assertThat(answer.path("content").asString()).isEmpty();
    assertThat(answer.path("streamId").isNull()).isTrue();
    assertThat(http.get("/c/" + begun.chat()).body())
        .contains("data-state=\"removed\"", "This answer was removed.");
  }

  @Test
  void aChatWhoseAnswerWasRemovedGoesOnAndCanAskAgain() throws Exception {
    ChatClient.Begun begun = asked("First? words:20");
    String message = client.answer(begun.chat()).path("id").asString();
    http.send("DELETE", "/v1/streams/" + begun.stream());
    Http.Answered second =
        http.post("/chat", Map.of("prompt", "Second? words:20", "chatId", begun.chat()));

    assertThat(second.status()).isEqualTo(200);
    Http.Answered retried =
        http.post("/chat/" + begun.chat() + "/messages/" + message + "/retry", "");
    assertThat(retried.status()).isEqualTo(202);
    client.whole(retried.json().path("streamId").asString());
    assertThat(states(begun.chat())).containsExactly("done", "done", "done", "done");
  }

  @Test
  void whatIsBeingWrittenIsNotDeletedAndWhatIsAbsentIsNotFound() throws Exception {
    try (Reader reader = client.ask("ask sim-slow: a long one? words:400")) {
      ChatClient.Begun begun = ChatClient.begun(reader);
      Http.Answered refused = http.send("DELETE", "/v1/streams/" + begun.stream());
      assertThat(refused.status()).isEqualTo(409);
      assertThat(refused.message()).contains("cancel it first");
      assertThat(branch(begun.chat(), client.answer(begun.chat())).status()).isEqualTo(409);
      client.cancel(begun.stream());
      assertThat(http.send("DELETE", "/v1/streams/" + begun.stream()).status()).isEqualTo(204);
    }
    String absent = UUID.randomUUID().toString();
    assertThat(http.send("DELETE", "/v1/streams/" + absent).status()).isEqualTo(404);
    assertThat(http.send("DELETE", "/chat/" + absent).status()).isEqualTo(404);
    assertThat(http.send("DELETE", "/chat/not-an-id").status()).isEqualTo(404);
  }

  @Test
  void aDeletedChatIsGoneWithItsAnswersAndStopsWhatIsStillWritten() throws Exception {
    ChatClient.Begun begun = asked("Why? words:20");
    Http.Answered more =
        http.post("/chat", Map.of("prompt", "And then? words:20", "chatId", begun.chat()));
    assertThat(more.status()).isEqualTo(200);
    try (Reader reader =
        http.postAndFollow(
            "/chat",
            Map.of(
                "prompt", "ask sim-slow: on? words:400", "chatId", begun.chat(), "stream", true))) {
      ChatClient.Begun open = ChatClient.begun(reader);

      assertThat(http.send("DELETE", "/chat/" + begun.chat()).status()).isEqualTo(204);
      for (String stream : List.of(begun.stream(), open.stream())) {
        assertThat(http.get("/v1/streams/" + stream).status()).isEqualTo(404);
      }
    }
    assertThat(http.get("/chat/" + begun.chat()).status()).isEqualTo(404);
    assertThat(http.get("/c/" + begun.chat()).status()).isEqualTo(404);
    assertThat(http.get("/chats").body()).doesNotContain(begun.chat());
    assertThat(http.post("/chat", Map.of("prompt", "x", "chatId", begun.chat())).status())
        .isEqualTo(404);
  }

  @Test
  void aBranchSharesWhatCameBeforeAndOutlivesItsOrigin() throws Exception {
    ChatClient.Begun begun = asked("One? words:20");
    JsonNode first = client.answer(begun.chat());
    http.post("/chat", Map.of("prompt", "Two? words:20", "chatId", begun.chat()));
    Http.Answered branched = branch(begun.chat(), first);

    assertThat(branched.status()).isEqualTo(201);
    String branch = branched.json().path("chatId").asString();
    assertThat(client.messages(branch)).hasSize(2);
    JsonNode shared = client.answer(branch);
    assertThat(shared.path("content")).isEqualTo(first.path("content"));
    assertThat(shared.path("streamId")).isEqualTo(first.path("streamId"));
    assertThat(shared.path("id")).isNotEqualTo(first.path("id"));
    assertThat(title(branch)).isEqualTo(title(begun.chat()) + " (branch)");
    String other = branch(branch, shared).json().path("chatId").asString();
    assertThat(title(other)).isEqualTo(title(branch));

    Http.Answered more = http.post("/chat", Map.of("prompt", "Three? words:20", "chatId", branch));
    assertThat(more.json().path("completion").asString())
        .isEqualTo(
            scene.answer(
                Scene.MODEL, "One? words:20", first.path("content").asString(), "Three? words:20"));
    assertThat(http.send("DELETE", "/chat/" + begun.chat()).status()).isEqualTo(204);
    assertThat(http.send("DELETE", "/chat/" + other).status()).isEqualTo(204);
    assertThat(client.messages(branch)).hasSize(4);
    assertThat(client.whole(begun.stream()).text()).isEqualTo(first.path("content").asString());
    assertThat(http.send("DELETE", "/chat/" + branch).status()).isEqualTo(204);
    assertThat(http.get("/v1/streams/" + begun.stream()).status()).isEqualTo(404);
  }

  @Test
  void onlyAnAnswerOfTheChatCanBeBranchedFrom() throws Exception {
    ChatClient.Begun begun = asked("Whence? words:20");
    ChatClient.Begun other = asked("Elsewhere? words:20");

    assertThat(branch(begun.chat(), client.answer(other.chat())).status()).isEqualTo(404);
    assertThat(branch(begun.chat(), client.messages(begun.chat()).getFirst()).status())
        .as("a question")
        .isEqualTo(404);
    for (String body : List.of("", "{", "{}", "{\"message\":7}", "{\"message\":\"x\"}", "[]")) {
      assertThat(http.post("/chat/" + begun.chat() + "/branch", body).status()).isEqualTo(400);
    }
  }

  @Test
  void anAnswerThatWasAskedForAnewIsRemovedUnlessABranchSharesIt() throws Exception {
    ChatClient.Begun begun = asked("Again? words:20");
    JsonNode answer = client.answer(begun.chat());
    String branch = branch(begun.chat(), answer).json().path("chatId").asString();
    String retry = "/chat/" + begun.chat() + "/messages/" + answer.path("id").asString() + "/retry";
    String second = http.post(retry, "").json().path("streamId").asString();
    client.whole(second);
    assertThat(client.stored(branch)).isEqualTo(answer.path("content").asString());
    client.whole(http.post(retry, "").json().path("streamId").asString());

    assertThat(http.get("/v1/streams/" + second).status()).isEqualTo(404);
    assertThat(http.get("/v1/streams/" + begun.stream()).status()).isEqualTo(200);
  }

  private static ChatClient.Begun asked(String prompt) throws Exception {
    ChatClient.Begun begun = client.begin(prompt);
    client.whole(begun.stream());
    return begun;
  }

  private static Http.Answered branch(String chat, JsonNode message) throws Exception {
    return http.post("/chat/" + chat + "/branch", Map.of("message", message.path("id").asString()));
  }

  private static List<String> states(String chat) throws Exception {
    return client.messages(chat).stream().map(it -> it.path("state").asString()).toList();
  }

  private static String title(String chat) throws Exception {
    return http.get("/chats").json().path("chats").values().stream()
        .filter(it -> it.path("chatId").asString().equals(chat))
        .map(it -> it.path("title").asString())
        .findFirst()
        .orElseThrow();
  }
}
