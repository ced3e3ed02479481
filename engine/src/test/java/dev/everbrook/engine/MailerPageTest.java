package dev.everbrook.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.postgres.Access;
import dev.everbrook.postgres.TestPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program of docs/jobs.md, as a process. */
class MailerPageTest {

  @TempDir private Path folder;

  @Test
  void theProgramOfThePageDoesItsJobsAndHandsOverWhenItIsStopped() throws Exception {
    Path source = folder.resolve("Mailer.java");
    Files.writeString(source, Document.of("docs/jobs.md").block("java", "void main("));
    Compiling.into(folder.resolve("classes"), List.of(source));
    Access access = TestPostgres.newDatabase();
    String url = access.url() + "?user=" + access.user() + "&password=" + access.password();

    try (Program program = Program.start(folder.resolve("classes"), "Mailer", url)) {
      program.await("sending 'Hello' to ann@example.com");
      program.await("imported {\"file\": \"a.csv\"}");
    }

    assertThat(ended(access)).containsExactlyInAnyOrder("mail done", "import done");
  }

  private static List<String> ended(Access access) throws Exception {
    List<String> ended = new ArrayList<>();
    try (var connection =
            DriverManager.getConnection(access.url(), access.user(), access.password());
        var statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery("SELECT kind || ' ' || outcome FROM everbrook.job_done")) {
      while (rows.next()) {
        ended.add(rows.getString(1));
      }
    }
    return ended;
  }
}
