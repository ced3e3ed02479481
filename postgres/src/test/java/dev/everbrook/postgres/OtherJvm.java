package dev.everbrook.postgres;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Another process that starts a server on a folder, says one line about it, and closes it when its
 * input ends. Killing it is the way to leave an orphan.
 */
final class OtherJvm implements AutoCloseable {
  private final Process process;
  private final BufferedReader output;

  private OtherJvm(Process process) {
    this.process = process;
    this.output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  static OtherJvm start(Path folder) throws IOException {
    return start(
        List.of(), System.getProperty("java.class.path"), TestPostgres.settings(folder), Map.of());
  }

  static OtherJvm start(
      List<String> prefix, String classPath, Settings settings, Map<String, String> environment)
      throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-cp",
            classPath,
            OtherJvm.class.getName(),
            settings.folder().toString(),
            settings.binaries().toString()));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().putAll(environment);
    return new OtherJvm(builder.start());
  }

  /** "running PORT PID ATTACHED" or "refused: MESSAGE". Waits for it. */
  String line() throws IOException {
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      if (line.startsWith("running ") || line.startsWith("refused:")) {
        return line;
      }
    }
    return "ended without a word";
  }

  void kill() {
    process.destroyForcibly().onExit().join();
  }

  @Override
  public void close() throws IOException {
    process.getOutputStream().close();
    process.onExit().join();
    output.close();
  }

  /** Arguments: the folder, the folder of the unpacked programs. */
  public static void main(String[] args) throws IOException {
    Settings settings = new Settings(Path.of(args[0]), Path.of(args[1]), Duration.ofMinutes(2));
    try (EmbeddedPostgres postgres = EmbeddedPostgres.start(settings)) {
      System.out.println(
          "running " + postgres.port() + " " + postgres.pid() + " " + postgres.attached());
      while (System.in.read() >= 0) {
        // Only the end of the input matters.
      }
    } catch (PostgresFailure e) {
      System.out.println("refused: " + String.valueOf(e.getMessage()).replace('\n', ' '));
    }
  }
}
