package dev.everbrook.benchmark.jobs;

import dev.everbrook.benchmark.report.Misuse;
import dev.everbrook.postgres.Access;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/**
 * A queue of a Java library as a process of its own: {@code java JobChild NAME}. It reads lines,
 * answers each with a line of JSON, and ends with its input. Whatever fails ends it, too.
 */
public final class JobChild {

  /** How it is told where the database is, and how many connections are its own. */
  static final String URL = "BENCH_JDBC_URL";

  static final String USER = "BENCH_USER";
  static final String PASSWORD = "BENCH_PASSWORD";
  static final String CONNECTIONS = "BENCH_CONNECTIONS";

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private JobChild() {}

  /** Exit status 1, by an exception, with which the reason stands on stderr. */
  public static void main(String[] args) throws IOException, InterruptedException {
    PrintStream answers = System.out;
    System.setOut(System.err); // where libraries may print
    Map<String, String> environment = System.getenv();
    Access access =
        new Access(
            environment.getOrDefault(URL, ""),
            environment.getOrDefault(USER, ""),
            environment.getOrDefault(PASSWORD, ""));
    int connections = Integer.parseInt(environment.getOrDefault(CONNECTIONS, ""));
    try (JobQueue queue = open(args[0], access, connections);
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      JobLoad load = new JobLoad(queue);
      answers.println(JSON.writeValueAsString(Map.of()));
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        answers.println(JSON.writeValueAsString(load.answer(line)));
      }
    }
  }

  static JobQueue open(String name, Access access, int connections) {
    return switch (name) {
      case "everbrook" -> new EverbrookJobs(access);
      case "db-scheduler" -> new DbSchedulerJobs(access, connections);
      case "jobrunr" -> new JobRunrJobs(access, connections);
      case "dbos" -> new DbosJobs(access, connections);
      default -> throw new Misuse("there is no queue '" + name + "'");
    };
  }
}
