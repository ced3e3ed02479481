package dev.everbrook.server.acceptance.failures;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.server.testing.ChatClient;
import dev.everbrook.server.testing.Http;
import dev.everbrook.server.testing.Reader;
import dev.everbrook.server.testing.Scene;
import dev.everbrook.server.testing.ServerProcess;
import dev.everbrook.server.testing.Signal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** A chat is deleted while its answers are being written. */
class DeletedChatTest {

  private static final int ANSWERS = 6;

  /** One wait of 3 s, and not one for each answer. */
  private static final Duration MOST = Duration.ofSeconds(12);

  @Test
  void allItsAnswersAreStoppedTogetherAndWhereTheyCannotBeItIsKept() throws Exception {
    try (Scene scene = Scene.empty(UnaryOperator.identity())) {
      ServerProcess worker = scene.another(told -> told.with("EVERBROOK_ROLES", "worker"));
      Http http = scene.another(told -> told.with("EVERBROOK_ROLES", "web")).http();
      List<Reader> readers = new ArrayList<>();
      try {
        String chat = "";
        for (int i = 0; i < ANSWERS; i++) {
          Map<String, Object> ask =
              chat.isEmpty()
                  ? Map.of("prompt", "ask sim-slow: on and on. words:900", "stream", true)
                  : Map.of(
                      "prompt", "ask sim-slow: and on. words:900", "stream", true, "chatId", chat);
          Reader reader = http.postAndFollow("/chat", ask);
          readers.add(reader);
          chat = ChatClient.begun(reader).chat();
          reader.awaitEvents(1);
        }
        Signal.STOP.to(worker.pid());
        long asked = System.nanoTime();
        Http.Answered kept = http.send("DELETE", "/chat/" + chat);
        Duration took = Duration.ofNanos(System.nanoTime() - asked);
        Signal.CONT.to(worker.pid());

        assertThat(kept.status()).isEqualTo(409);
        assertThat(took).isLessThan(MOST);
        for (Reader reader : readers) {
          reader.awaitEnd();
        }
        assertThat(http.send("DELETE", "/chat/" + chat).status()).isEqualTo(204);
      } finally {
        readers.forEach(Reader::close);
      }
    }
  }
}
