package dev.everbrook.server.acceptance.work;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.server.testing.ExampleWorker;
import dev.everbrook.server.testing.ExampleWorker.Language;
import dev.everbrook.server.testing.StubbornServer;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The workers of the folder {@code examples} where the server does not take what they say. */
class ExampleRefusalsTest {

  private static final Duration LEASE = Duration.ofSeconds(20);
  private static final Duration MOST = Duration.ofSeconds(30);
  private static final String TOKEN = "a-token-for-the-tests";

  @ParameterizedTest
  @EnumSource
  void aResultThatIsRefusedMakesTheJobFailInsteadOfBeingDoneAgain(Language language)
      throws Exception {
    try (StubbornServer server = StubbornServer.answering(Map.of("finish", 413));
        ExampleWorker worker =
            ExampleWorker.start(
                language, server.base(), "q", LEASE, Map.of("EVERBROOK_WORK_TOKEN", TOKEN))) {
      server.await("finish", MOST);
      StubbornServer.Asked failed = server.await("fail", MOST);
      JsonNode said = JsonMapper.shared().readTree(failed.body());
      assertThat(said.path("retryable").asBoolean(true)).isFalse();
      assertThat(said.path("error").asString()).contains("/finish was refused with 413");
      assertThat(failed.authorization()).isEqualTo("Bearer " + TOKEN);
      worker.await("job 1: failed", MOST);
      assertThat(holding(server)).as("it is off its hands").isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aProgressThatIsRefusedMakesTheJobFailToo(Language language) throws Exception {
    try (StubbornServer server = StubbornServer.answering(Map.of("progress", 400));
        ExampleWorker worker = ExampleWorker.start(language, server.base(), "q", LEASE)) {
      assertThat(server.await("fail", MOST).body()).contains("what it told was refused with 400");
      worker.await("job 1: failed", MOST);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPageOfAProxyIsNoAnswerAndWhatWasAskedIsAskedAgain(Language language) throws Exception {
    Set<String> misled = Set.of("workers", "claim", "progress", "finish", "beat");
    try (StubbornServer server = StubbornServer.behindAProxy(misled);
        ExampleWorker worker = ExampleWorker.start(language, server.base(), "q", LEASE)) {
      server.await("progress", MOST);
      server.await("progress", MOST);
      server.await("finish", MOST);
      server.await("finish", MOST);
      server.awaitBeats(2, MOST);
      worker.await("job 1: failed", MOST); // which is what this server says of every end
    }
  }

  @ParameterizedTest
  @EnumSource
  void aJobOfWhichTheServerHearsNothingIsHeldAndNotDoneAgain(Language language) throws Exception {
    try (StubbornServer server = StubbornServer.answering(Map.of("finish", 400, "fail", 400));
        ExampleWorker worker = ExampleWorker.start(language, server.base(), "q", LEASE)) {
      worker.await("job 1: refused with 400", MOST);
      assertThat(holding(server).path(0).asLong()).isOne();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aWorkerLeavesWhileTheServerIsAway(Language language) throws Exception {
    try (StubbornServer server = StubbornServer.answering(Map.of());
        ExampleWorker worker = ExampleWorker.start(language, server.base(), "q", LEASE)) {
      worker.await("job 1: ", MOST);
      server.stop();
      worker.leave();
    }
  }

  /** What the worker says it holds once its job is over. */
  private static JsonNode holding(StubbornServer server) throws InterruptedException {
    server.forget();
    return JsonMapper.shared().readTree(server.await("claim", MOST).body()).path("holding");
  }
}
