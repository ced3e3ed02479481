package dev.everbrook.engine;

import com.zaxxer.hikari.HikariDataSource;
import dev.everbrook.engine.job.JobType;
import dev.everbrook.engine.job.Jobs;
import dev.everbrook.engine.job.NewJob;
import dev.everbrook.engine.job.Outcome;
import dev.everbrook.engine.job.RetryPolicy;
import dev.everbrook.engine.journal.Entry;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;

/** The program of docs/jobs.md. */
final class Mailer {

  record Mail(String to, String text) {}

  record Sent(String id) {}

  private static final JobType<Mail, Sent> MAIL = new JobType<>("mail", Mail.class, Sent.class);

  public static void main(String[] args) throws Exception {
    HikariDataSource source = new HikariDataSource(); // any DataSource does
    source.setJdbcUrl("jdbc:postgresql://localhost:5432/app");
    source.setUsername("app");
    source.setPassword(System.getenv("APP_PASSWORD"));
    source.setMaximumPoolSize(16); // nine at least
    Engine engine = start(source, new SimpleMeterRegistry()); // the application's own registry
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> {
              engine.close(); // hands over what runs, within about 10 s
              source.close();
            }));
    order(engine.jobs(), source);
    Thread.currentThread().join(); // until the process is told to stop
  }

  static Engine start(DataSource source, MeterRegistry registry) {
    Engine engine =
        Engine.start(source, EngineSettings.DEFAULT.named("mail-1").measuredBy(registry));
    Jobs jobs = engine.jobs();
    jobs.handle(
        MAIL.kind(), RetryPolicy.DEFAULT, MAIL.handler((run, mail) -> MAIL.done(send(mail))));
    engine
        .journals()
        .handle(
            jobs,
            "import",
            RetryPolicy.DEFAULT,
            (run, journal) -> { // run.payload() is the JSON text
              journal.progress(0.5, "half of it");
              journal.log(Entry.Level.INFO, "read " + run.payload());
              return new Outcome.Done("{\"rows\": 7}");
            });
    jobs.work(Map.of("mail", 20)); // after the handlers
    return engine;
  }

  static List<Long> order(Jobs jobs, DataSource source) throws SQLException {
    try (Connection connection = source.getConnection()) {
      connection.setAutoCommit(false);
      // … your own statements …
      long mail = jobs.enqueue(connection, MAIL.in("mail", new Mail("ann@example.com", "Hello")));
      long read = jobs.enqueue(connection, NewJob.of("mail", "import", "{\"file\": \"a.csv\"}"));
      connection.commit(); // both jobs exist from here on, or neither
      return List.of(mail, read);
    }
  }

  private static Sent send(Mail mail) {
    return new Sent("sent to " + mail.to());
  }
}
