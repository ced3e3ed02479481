package dev.everbrook.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.everbrook.engine.job.JobDetail;
import dev.everbrook.engine.job.JobState;
import dev.everbrook.engine.store.Pool;
import dev.everbrook.postgres.Access;
import dev.everbrook.postgres.TestPostgres;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class MailerTest {

  private static final int WAIT_S = 20;

  @Test
  void theProgramOfThePageDoesWhatItSays() throws Exception {
    Access access = TestPostgres.newDatabase();
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    try (HikariDataSource source = Pool.open(access.url(), access.user(), access.password(), 9);
        Engine engine = Mailer.start(source, registry)) {
      List<Long> jobs = Mailer.order(engine.jobs(), source);

      assertThat(ended(engine, jobs.getFirst()).result()).contains("sent to ann@example.com");
      assertThat(ended(engine, jobs.getLast()).result()).contains("7");
      assertThat(registry.get("everbrook.job.run").timers()).isNotEmpty();
    }
  }

  @Test
  void thePageShowsThisVeryProgram() throws Exception {
    Path root = Path.of(System.getProperty("everbrook.root", ".."));
    String program =
        Files.readString(root.resolve("engine/src/test/java/dev/everbrook/engine/Mailer.java"));
    String body = program.substring(program.indexOf("final class Mailer"));
    String page = Files.readString(root.resolve("docs/jobs.md"));

    assertThat(page.replaceAll("\\s+", " ")).contains(body.strip().replaceAll("\\s+", " "));
  }

  private static JobDetail ended(Engine engine, long job) {
    long start = System.nanoTime();
    while (System.nanoTime() - start < TimeUnit.SECONDS.toNanos(WAIT_S)) {
      JobDetail found = engine.jobs().list().find(job).orElseThrow();
      if (found.job().state() == JobState.DONE) {
        return found;
      }
    }
    throw new AssertionError("job " + job + " was not done within " + WAIT_S + " s");
  }
}
