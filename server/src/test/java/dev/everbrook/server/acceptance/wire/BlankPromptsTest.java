package dev.everbrook.server.acceptance.wire;

import static dev.everbrook.server.testing.Http.prompt;
import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.server.testing.Http;
import dev.everbrook.server.testing.Scene;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A prompt that shows nothing is refused before it costs an answer; what has other parts is not.
 */
class BlankPromptsTest {

  private static final List<String> BLANKS =
      List.of(
          " ", "\n", "\t\r\n ", "\u00a0", "\u3000", "\u200b", "\ufeff", "\u2060\u200d", "\u2028");

  private static final String PICTURE = "data:image/png;base64,AAAA";

  private static Scene scene;
  private static Http http;

  @BeforeAll
  static void start() throws Exception {
    scene = Scene.within(UnaryOperator.identity());
    http = scene.http();
  }

  @AfterAll
  static void stop() throws Exception {
    scene.close();
  }

  @Test
  void aBlankPromptIsRefusedAndNoChatBegins() throws Exception {
    String before = http.get("/chats").body();
    for (String blank : BLANKS) {
      Http.Answered answered = http.post("/chat", prompt(blank));
      assertThat(answered.status()).as(escaped(blank)).isEqualTo(400);
      assertThat(answered.message()).isEqualTo("Prompt cannot be blank");
    }
    assertThat(http.post("/chat", prompt("")).message()).isEqualTo("Prompt cannot be empty");
    assertThat(http.get("/chats").body()).isEqualTo(before);
  }

  @Test
  void aPromptWithASingleVisibleCharacterIsAsked() throws Exception {
    for (String visible : List.of(" . ", "\u200b\ud83d\ude00", "\u00a0x")) {
      assertThat(http.post("/chat", prompt(visible)).status()).as(visible).isEqualTo(200);
    }
  }

  @Test
  void aBlankMessageOfUseChatIsRefused() throws Exception {
    for (String blank : BLANKS) {
      assertBlank(useChat("blank", List.of(text(blank))));
      assertBlank(useChat("blank", List.of(text(blank), text(""), text(" "))));
    }
    assertBlank(useChat("blank", List.of(text(""))));
    assertBlank(useChat("blank", List.of()));
    assertBlank(useChat("blank", List.of(Map.of("type", "data-mark", "data", 1))));
  }

  @Test
  void aMessageOfUseChatWithAPictureOrWithAnotherTextIsAsked() throws Exception {
    Map<String, Object> picture = Map.of("type", "file", "mediaType", "image/png", "url", PICTURE);
    assertThat(useChat("picture", List.of(picture)).status()).isEqualTo(200);
    assertThat(useChat("both", List.of(text(" "), picture)).status()).isEqualTo(200);
    assertThat(useChat("texts", List.of(text(" "), text("hello words:2"))).status()).isEqualTo(200);
  }

  @Test
  void anOlderBlankMessageDoesNotLockItsChat() throws Exception {
    Map<String, Object> body =
        Map.of(
            "id",
            "older",
            "messages",
            List.of(
                message("m1", "user", List.of(text(" "))),
                message("m2", "assistant", List.of(text(""))),
                message("m3", "user", List.of(text("go on words:2")))));
    assertThat(http.post("/api/chat", body).status()).isEqualTo(200);
  }

  @Test
  void openAisClientsMaySendBlanksAsToOpenAi() throws Exception {
    Map<String, Object> completion =
        Map.of("model", "sim-fast", "messages", List.of(Map.of("role", "user", "content", " ")));
    assertThat(http.post("/v1/chat/completions", completion).status()).isEqualTo(200);
    Map<String, Object> response = Map.of("model", "sim-fast", "input", " ");
    assertThat(http.post("/v1/responses", response).status()).isEqualTo(200);
  }

  private static void assertBlank(Http.Answered answered) {
    assertThat(answered.status()).as(answered.body()).isEqualTo(400);
    assertThat(answered.message())
        .isEqualTo("messages[0] is blank: a message must have a text or a file.");
  }

  private static Http.Answered useChat(String id, List<Map<String, Object>> parts)
      throws Exception {
    return http.post(
        "/api/chat", Map.of("id", id, "messages", List.of(message("m", "user", parts))));
  }

  private static Map<String, Object> message(
      String id, String role, List<Map<String, Object>> parts) {
    return Map.of("id", id, "role", role, "parts", parts);
  }

  private static Map<String, Object> text(String text) {
    return Map.of("type", "text", "text", text);
  }

  private static String escaped(String text) {
    return text.codePoints().mapToObj(it -> "U+" + Integer.toHexString(it)).toList().toString();
  }
}
