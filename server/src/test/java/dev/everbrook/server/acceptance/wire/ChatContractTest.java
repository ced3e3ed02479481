package dev.everbrook.server.acceptance.wire;

import static dev.everbrook.server.testing.Http.prompt;
import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.server.testing.ChatClient;
import dev.everbrook.server.testing.Copy;
import dev.everbrook.server.testing.Http;
import dev.everbrook.server.testing.Reader;
import dev.everbrook.server.testing.Scene;
import dev.everbrook.server.testing.SharedScene;
import dev.everbrook.simulator.Numbering;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/** {@code POST /chat}, sentence by sentence. */
@ExtendWith(SharedScene.class)
class ChatContractTest {

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
  void howMuchTextIsOneEventIsTheAskersChoice() throws Exception {
    try (Reader reader =
        http.postAndFollow(
            "/chat",
            Map.of("prompt", "In sentences, please. words:60", "stream", true),
            "Everbrook-Granularity",
            "sentence")) {
      String stream = ChatClient.begun(reader).stream();
      Copy whole = client.whole(stream);
      assertThat(whole.count("text")).isBetween(2, 25);
      assertThat(whole.text().strip().split("\\s+")).hasSize(60);
    }
    Http.Answered refused =
        http.post("/chat", Map.of("prompt", "By what?"), "Everbrook-Granularity", "chapter");
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.message()).startsWith("Everbrook-Granularity must be");
  }

  @Test
  void anAnswerThatIsAskedForAgainIsWrittenAsItsAskerSays() throws Exception {
    ChatClient.Begun begun = client.begin("Once and again. words:60");
    client.whole(begun.stream());
    String retry =
        "/chat/"
            + begun.chat()
            + "/messages/"
            + client.answer(begun.chat()).path("id").asString()
            + "/retry";

    Http.Answered refused = http.post(retry, "", "Everbrook-Granularity", "chapter");
    Http.Answered again = http.post(retry, "", "Everbrook-Granularity", "sentence");

    assertThat(refused.status()).isEqualTo(400);
    Copy copy = client.whole(again.json().path("streamId").asString());
    assertThat(copy.text().strip().split("\\s+")).hasSize(60);
    assertThat(copy.count("text")).isLessThan(25);
  }

  @Test
  void anEmptyPromptIsRefusedInTheseWords() throws Exception {
    for (String body : List.of("{}", "{\"prompt\":\"\"}", "{\"prompt\":null}")) {
      assertRefused(body, "Prompt cannot be empty");
    }
  }

  @Test
  void aPromptOfMoreThanAThousandCharactersIsRefusedInTheseWords() throws Exception {
    Http.Answered answered = http.post("/chat", prompt("x".repeat(1_001)));

    assertThat(answered.status()).isEqualTo(400);
    assertThat(answered.message()).isEqualTo("Prompt cannot exceed 1000 characters");
    assertThat(http.post("/chat", prompt("x".repeat(1_000))).status()).isEqualTo(200);
  }

  @Test
  void whatIsNotOfTheRightTypeIsRefused() throws Exception {
    assertRefused("{\"prompt\":7}", "Prompt must be a string");
    assertRefused(
        "{\"prompt\":\"x\",\"stream\":\"yes\"}", "stream must be true or false, was \"yes\".");
    for (String id : List.of("7", "\"7\"", "\"\"", "\"not-an-id\"", "{}")) {
      assertRefused(
          "{\"prompt\":\"x\",\"chatId\":" + id + "}",
          "chatId must be the id of a chat, as an answer gave it.");
    }
    for (String body : List.of("", "{", "[]", "7", "null", "prompt=x")) {
      assertRefused(body, "The body must be a JSON object such as {\"prompt\": \"Hello\"}");
    }
  }

  @Test
  void aChatThatDoesNotExistIsNotFoundInBothModes() throws Exception {
    String absent = UUID.randomUUID().toString();
    for (boolean stream : List.of(true, false)) {
      Http.Answered answered =
          http.post("/chat", Map.of("prompt", "x", "stream", stream, "chatId", absent));
      assertThat(answered.status()).isEqualTo(404);
      assertThat(answered.message()).isEqualTo("There is no chat with this chatId.");
    }
    assertThat(http.get("/chat/" + absent).status()).isEqualTo(404);
    assertThat(http.get("/chat/not-an-id").status()).isEqualTo(404);
  }

  @Test
  void withoutStreamTheWholeAnswerComesWithTheChat() throws Exception {
    String asked = "Why is the sky blue? words:120";
    Http.Answered answered = http.post("/chat", prompt(asked));

    assertThat(answered.status()).isEqualTo(200);
    assertThat(answered.json().propertyNames()).containsExactly("completion", "chatId");
    String completion = answered.json().path("completion").asString();
    assertThat(completion).isEqualTo(scene.answer(Scene.MODEL, asked));
    assertThat(Numbering.faultIn(completion)).isEmpty();
    assertThat(client.stored(chat(answered))).isEqualTo(completion);
  }

  @Test
  void anAnswerWithoutAWordIsNamed() throws Exception {
    Http.Answered answered = http.post("/chat", prompt("ask sim-fast!empty: anything?"));

    assertThat(answered.status()).isEqualTo(200);
    assertThat(answered.json().path("completion").asString()).isEqualTo("No completion generated");
    assertThat(client.stored(chat(answered))).isEmpty();
  }

  @Test
  void withStreamPieceAfterPieceComesUnderTheFourHeaders() throws Exception {
    String asked = "Tell me more. words:150";
    try (Reader reader = client.ask(asked)) {
      assertThat(reader.status()).isEqualTo(200);
      assertThat(reader.header("content-type")).hasValue("text/event-stream");
      assertThat(reader.header("cache-control")).hasValue("no-cache");
      assertThat(reader.header("connection")).hasValue("keep-alive");
      List<Reader.Event> events = reader.awaitEnd();

      JsonNode last = events.getLast().json();
      assertThat(last.propertyNames()).containsExactly("chatId");
      StringBuilder text = new StringBuilder();
      for (Reader.Event event : events.subList(0, events.size() - 1)) {
        assertThat(event.json().propertyNames()).containsExactly("text");
        assertThat(event.json().path("text").asString()).isNotEmpty();
        text.append(event.json().path("text").asString());
      }
      String chat = last.path("chatId").asString();
      assertThat(text.toString()).isEqualTo(scene.answer(Scene.MODEL, asked));
      assertThat(client.stored(chat)).isEqualTo(text.toString());
      assertThat(client.answer(chat).path("streamId").asString())
          .isEqualTo(reader.header("everbrook-stream").orElseThrow());
    }
  }

  @Test
  void bothModesSayAndStoreTheSame() throws Exception {
    String asked = "The same, please.";
    String whole = chat(http.post("/chat", prompt(asked)));
    ChatClient.Begun streamed = client.begin(asked);

    assertThat(client.whole(streamed.stream()).text()).isEqualTo(client.stored(whole));
    assertThat(client.stored(streamed.chat())).isEqualTo(client.stored(whole));
  }

  @Test
  void eachQuestionIsSentWithWhatWasSaidBefore() throws Exception {
    String first = "First? words:30";
    Http.Answered one = http.post("/chat", prompt(first));
    String said = one.json().path("completion").asString();
    String second = "And then? words:40";
    Http.Answered two = http.post("/chat", Map.of("prompt", second, "chatId", chat(one)));

    assertThat(two.json().path("completion").asString())
        .isEqualTo(scene.answer(Scene.MODEL, first, said, second))
        .isNotEqualTo(scene.answer(Scene.MODEL, second));
    assertThat(chat(two)).isEqualTo(chat(one));
    assertThat(client.messages(chat(one)))
        .extracting(it -> it.path("role").asString())
        .containsExactly("user", "assistant", "user", "assistant");
  }

  @Test
  void withoutAChatOrWithNullANewOneBegins() throws Exception {
    Set<String> chats =
        Set.of(
            chat(http.post("/chat", "{\"prompt\":\"a\"}")),
            chat(http.post("/chat", "{\"prompt\":\"a\",\"chatId\":null,\"stream\":null}")));

    assertThat(chats).hasSize(2);
    assertThat(
            http.get("/chats").json().path("chats").values().stream()
                .map(it -> it.path("chatId").asString())
                .collect(Collectors.toSet()))
        .containsAll(chats);
  }

  @Test
  void whoHangsUpAfterThreePiecesFindsTheWholeAnswerAsOneMessage() throws Exception {
    String asked = "ask sim-8b: I will not wait. words:60";
    ChatClient.Begun begun;
    try (Reader reader = client.ask(asked)) {
      begun = ChatClient.begun(reader);
      reader.awaitEvents(3);
    }
    Copy copy = client.whole(begun.stream());

    assertThat(copy.text()).isEqualTo(scene.answer("sim-8b", asked));
    List<JsonNode> messages = client.messages(begun.chat());
    assertThat(messages).hasSize(2);
    assertThat(messages.getLast().path("content").asString()).isEqualTo(copy.text());
    assertThat(messages.getLast().path("state").asString()).isEqualTo("done");
    assertThat(messages.getLast().path("usage").path("outputTokens").asInt()).isPositive();
    assertThat(messages.getLast().path("error").isNull()).isTrue();
  }

  @Test
  void aMessageSentTwiceUnderOneKeyIsAskedOnce() throws Exception {
    String model = "sim-8b!comment!bom"; // no other test asks this one
    String asked = "ask " + model + ": only once " + UUID.randomUUID() + " words:40";
    String key = UUID.randomUUID().toString();
    Map<String, Object> body = Map.of("prompt", asked, "stream", true);
    try (Reader one = http.postAndFollow("/chat", body, "Idempotency-Key", key);
        Reader two = http.postAndFollow("/chat", body, "Idempotency-Key", key)) {
      assertThat(ChatClient.begun(two)).isEqualTo(ChatClient.begun(one));
      assertThat(two.awaitEnd()).isEqualTo(one.awaitEnd());
      assertThat(client.messages(ChatClient.begun(one).chat())).hasSize(2);
    }
    assertThat(scene.simulator().journal().calls())
        .filteredOn(it -> it.model().equals(model))
        .hasSize(1);
    assertThat(http.post("/chat", body, "Idempotency-Key", "soon").status()).isEqualTo(400);
  }

  @Test
  void anEndedAnswerCanBeAskedForAgainInItsPlace() throws Exception {
    ChatClient.Begun begun = client.begin("ask sim-fast!drop@5*1!401: once more? words:20");
    client.whole(begun.stream());
    JsonNode failed = client.answer(begun.chat());
    assertThat(failed.path("state").asString()).isEqualTo("failed");

    String path = "/chat/" + begun.chat() + "/messages/" + failed.path("id").asString() + "/retry";
    Http.Answered again = http.post(path, "");
    assertThat(again.status()).isEqualTo(202);
    client.whole(again.json().path("streamId").asString());
    assertThat(client.messages(begun.chat())).hasSize(2);
    assertThat(client.answer(begun.chat()).path("id")).isEqualTo(failed.path("id"));
  }

  @Test
  void theStartPageAndTheChatsPageShowWhatWasSaid() throws Exception {
    String chat = chat(http.post("/chat", prompt("A question for the page words:25")));

    assertThat(http.get("/").body()).contains("A question for the page");
    String page = http.get("/c/" + chat).body();
    String beginning = client.stored(chat).substring(0, 12);
    assertThat(page).contains("A question for the page").contains(beginning);
    assertThat(http.get("/c/" + UUID.randomUUID()).status()).isEqualTo(404);
  }

  private static String chat(Http.Answered answered) {
    return answered.json().path("chatId").asString();
  }

  private static void assertRefused(String body, String message) throws Exception {
    Http.Answered answered = http.post("/chat", body);
    assertThat(answered.status()).as(body).isEqualTo(400);
    assertThat(answered.message()).as(body).isEqualTo(message);
  }
}
