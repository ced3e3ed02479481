package dev.everbrook.postgres;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Starts PostgreSQL's programs under the right user and with an empty environment: a server may
 * outlive this process and must not hold its keys. The server gets a session of its own, so that
 * Ctrl-C on the terminal reaches this process only. Immutable.
 */
final class Launcher {
  private static final File NOTHING = new File("/dev/null");
  private static final int OUTPUT_MAX = 4_000;

  private final RunAs user;

  Launcher(RunAs user) {
    this.user = user;
  }

  /** Starts a server whose output goes to a file: a pipe would break when this process dies. */
  Process start(List<String> command, Path log) {
    return start(
        Stream.of(ownSession(), user.prefix(), command).flatMap(List::stream).toList(),
        Redirect.appendTo(log.toFile()));
  }

  /** Runs a program to its end; if it fails, the failure has its output. */
  void run(List<String> command, Path output, Duration max) throws InterruptedException {
    Process process =
        start(
            Stream.concat(user.prefix().stream(), command.stream()).toList(),
            Redirect.to(output.toFile()));
    boolean ended;
    try {
      ended = process.waitFor(max.toMillis(), TimeUnit.MILLISECONDS);
    } finally {
      process.destroyForcibly();
    }
    if (!ended || process.exitValue() != 0) {
      String how = ended ? " failed: " : " did not end within " + max + ": ";
      throw new PostgresFailure(command.getFirst() + how + said(output));
    }
  }

  private static Process start(List<String> command, Redirect output) {
    ProcessBuilder builder = new ProcessBuilder(command);
    Map<String, String> environment = builder.environment();
    environment.clear();
    environment.put("LC_ALL", "C");
    builder.redirectInput(Redirect.from(NOTHING));
    builder.redirectErrorStream(true).redirectOutput(output);
    try {
      return builder.start();
    } catch (IOException e) {
      throw new PostgresFailure(
          "cannot start "
              + command.getFirst()
              + ": "
              + e.getMessage()
              + " (the embedded PostgreSQL needs glibc; on Alpine use a PostgreSQL of your own)",
          e);
    }
  }

  private static List<String> ownSession() {
    return Tool.find("setsid")
        .map(List::of)
        .or(() ->
            Tool.find("perl")
                .map(perl -> List.of(perl, "-MPOSIX", "-e", "POSIX::setsid(); exec @ARGV")))
        .orElse(List.of());
  }

  private static String said(Path output) {
    try {
      String text = Files.readString(output, StandardCharsets.UTF_8).strip();
      return text.substring(Math.max(0, text.length() - OUTPUT_MAX));
    } catch (IOException e) {
      return "(its output in " + output + " cannot be read: " + e.getMessage() + ")";
    }
  }
}
