package dev.everbrook.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.everbrook.engine.job.NewJob;
import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.RetryPolicy;
import dev.everbrook.engine.job.Run;
import dev.everbrook.engine.store.Database;
import dev.everbrook.engine.store.Pool;
import dev.everbrook.postgres.Access;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The section "Change while running" of docs/embedding.md, carried out line by line. */
class LiveChangesPageTest {

  private static final int WAIT_S = 30;

  @TempDir private Path folder;
  private final AtomicInteger running = new AtomicInteger();
  private final CountDownLatch end = new CountDownLatch(1);

  @Test
  void eachLineDoesWhatThePageSays() throws Exception {
    BiConsumer<Engine, Integer> line = lines();
    Access access = TestNode.newDatabase();
    try (HikariDataSource pool = Pool.open(access.url(), access.user(), access.password(), 6);
        Engine engine = Engine.start(pool, EngineSettings.DEFAULT)) {
      engine.jobs().handle("k", RetryPolicy.DEFAULT, this::run);
      engine.jobs().work(Map.of("mail", 1));
      enqueue(engine, 2);
      awaitRunning(1);
      line.accept(engine, 0); // 40 slots
      awaitRunning(2);
      line.accept(engine, 1); // stopped
      long third = enqueue(engine, 1);
      assertThat(engine.jobs().list().find(third).orElseThrow().job().run()).isZero();
      line.accept(engine, 2); // begun again
      awaitRunning(3);
      CompletableFuture<Void> closing =
          CompletableFuture.runAsync(() -> line.accept(engine, 3), Thread.ofVirtual()::start);
      Await.until(
          "the beginning of the close",
          () -> engine.health().loops().stream().noneMatch(it -> it.name().equals("claim-mail")));
      end.countDown();
      closing.get(WAIT_S, TimeUnit.SECONDS);

      assertThat(
              new Database(pool)
                  .list("SELECT outcome FROM everbrook.job_done", row -> row.getString(1)))
          .containsExactly("done", "done", "done");
    }
  }

  private Outcome run(Run run) throws InterruptedException {
    running.incrementAndGet();
    end.await();
    return new Outcome.Done();
  }

  private void awaitRunning(int runs) {
    Await.until(runs + " runs", () -> running.get() == runs);
  }

  /** Returns the id of the last. */
  private static long enqueue(Engine engine, int jobs) {
    long id = 0;
    for (int i = 0; i < jobs; i++) {
      id = engine.jobs().enqueue(NewJob.of("mail", "k", "{}"));
    }
    return id;
  }

  private BiConsumer<Engine, Integer> lines() throws Exception {
    List<String> lines = Document.of("docs/embedding.md").block("java", "resize(").lines().toList();
    assertThat(lines).hasSize(4);
    StringBuilder cases = new StringBuilder();
    for (int i = 0; i < lines.size(); i++) {
      cases.append("case ").append(i).append(":\n").append(lines.get(i)).append("\nbreak;\n");
    }
    Path source = folder.resolve("Changes.java");
    Files.writeString(
        source,
        """
        import dev.everbrook.engine.Engine;
        import java.time.Duration;
        import java.util.Map;

        public final class Changes implements java.util.function.BiConsumer<Engine, Integer> {
          @Override
          public void accept(Engine engine, Integer line) {
            switch (line) {
        %s
              default:
                throw new IllegalArgumentException("line " + line);
            }
          }
        }
        """
            .formatted(cases));
    Path classes = folder.resolve("classes");
    Compiling.into(classes, List.of(source));
    URL[] found = {classes.toUri().toURL()};
    try (URLClassLoader loader = new URLClassLoader(found, getClass().getClassLoader())) {
      Object made = loader.loadClass("Changes").getDeclaredConstructor().newInstance();
      @SuppressWarnings("unchecked") // of the text above
      BiConsumer<Engine, Integer> changes = (BiConsumer<Engine, Integer>) made;
      return changes;
    }
  }
}
