package dev.everbrook.server.acceptance.edge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.server.testing.Http;
import dev.everbrook.server.testing.Reader;
import dev.everbrook.server.testing.Scene;
import dev.everbrook.server.testing.Told;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Five hundred people ask at the same moment. */
@ResourceLock("a crowd")
class ManyQuestionsTest {

  private static final Logger log = LoggerFactory.getLogger(ManyQuestionsTest.class);
  private static final int QUESTIONS = 500;
  private static final int MOST_S = 90;

  @Test
  void fiveHundredSimultaneousQuestionsAreAllAnsweredAndEachIsAskedOnce() throws Exception {
    try (Scene scene = Scene.start(told -> told.without(Told.CONNECTIONS));
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Http http = scene.http();
      CountDownLatch together = new CountDownLatch(1);
      List<Future<String>> answers = new ArrayList<>();
      for (int i = 0; i < QUESTIONS; i++) {
        int number = i;
        answers.add(
            threads.submit(() -> {
              together.await();
              return number % 2 == 0 ? streamed(http, number) : whole(http, number);
            }));
      }
      long start = System.nanoTime();
      together.countDown();
      Set<String> streams = new HashSet<>();
      for (Future<String> answer : answers) {
        streams.add(answer.get(MOST_S, TimeUnit.SECONDS));
      }
      log.info("{} took {}", QUESTIONS, Duration.ofNanos(System.nanoTime() - start));
      assertThat(streams).hasSize(QUESTIONS);
      assertThat(scene.simulator().journal().calls()).hasSize(QUESTIONS);
      assertThat(scene.process().output()).doesNotContain("WARN", "ERROR");
    }
  }

  private static String streamed(Http http, int number) throws Exception {
    try (Reader reader =
        http.postAndFollow("/chat", Map.of("prompt", prompt(number), "stream", true))) {
      assertThat(reader.status()).isEqualTo(200);
      String text =
          reader.awaitEnd().stream()
              .map(it -> it.json().path("text").asString(""))
              .reduce("", String::concat);
      assertThat(text).isNotBlank();
      return reader.header("everbrook-stream").orElseThrow();
    }
  }

  private static String whole(Http http, int number) throws Exception {
    Http.Answered answered = http.post("/chat", Map.of("prompt", prompt(number)));
    assertThat(answered.status()).as(answered.body()).isEqualTo(200);
    assertThat(answered.json().path("completion").asString()).isNotBlank();
    return answered.headers().firstValue("everbrook-stream").orElseThrow();
  }

  private static String prompt(int number) {
    return "One of many, number " + number + ". words:30";
  }
}
