package dev.everbrook.server.acceptance.edge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.server.testing.ChatClient;
import dev.everbrook.server.testing.Http;
import dev.everbrook.server.testing.LoneEdge;
import dev.everbrook.server.testing.Reader;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Who finds no place to read has ordered nothing: clients come again, and each time would count.
 */
class FullHouseTest {

  private static final Map<String, String> ORDERS =
      Map.of(
          "/chat",
          "{\"prompt\":\"hm?\",\"stream\":true}",
          "/v1/chat/completions",
          "{\"model\":\"m\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"hm?\"}]}",
          "/v1/responses",
          "{\"model\":\"m\",\"stream\":true,\"input\":\"hm?\"}",
          "/api/chat",
          "{\"id\":\"c\",\"messages\":[{\"id\":\"q\",\"role\":\"user\",\"parts\":"
              + "[{\"type\":\"text\",\"text\":\"hm?\"}]}]}");

  @Test
  void whoCouldNotBeLetInIsTurnedAwayBeforeAnythingIsAsked() throws Exception {
    try (LoneEdge edge = LoneEdge.start(it -> it.bounded(1, 1, 1 << 20))) {
      Http http = new Http(edge.base());
      try (Reader first = edge.client().ask("Only for me.")) {
        assertThat(first.status()).isEqualTo(200);
        for (Map.Entry<String, String> order : ORDERS.entrySet()) {
          Http.Answered refused = http.post(order.getKey(), order.getValue());
          assertThat(refused.status()).as(order.getKey()).isEqualTo(503);
          assertThat(refused.body()).as(order.getKey()).contains("nothing was started");
        }
        assertThat(edge.answers()).isEqualTo(1);
        edge.client().cancel(ChatClient.begun(first).stream());
        first.awaitEnd();
      }
    }
  }
}
