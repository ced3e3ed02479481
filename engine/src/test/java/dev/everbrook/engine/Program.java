package dev.everbrook.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A program of the documentation as a process; its two outputs are one. Used by one thread. */
final class Program implements AutoCloseable {

  private static final int END_MAX_S = 60;

  private final Process process;
  private final BufferedReader output;
  private final StringBuilder said = new StringBuilder();

  private Program(Process process) {
    this.process = process;
    this.output = process.inputReader();
  }

  /** Starts the class beneath this folder, with the libraries of this test. */
  static Program start(Path classes, String main, String... args) throws IOException {
    return start(List.of("-cp", classes + ":" + System.getProperty("java.class.path"), main), args);
  }

  /** Starts a class of a module, and knows no class path. */
  static Program startModule(String modulePath, String main, String... args) throws IOException {
    return start(List.of("--module-path", modulePath, "--module", main), args);
  }

  private static Program start(List<String> what, String... args) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1"));
    command.addAll(what);
    command.addAll(List.of(args));
    return new Program(new ProcessBuilder(command).redirectErrorStream(true).start());
  }

  /** Reads on until it has said this; fails if the program ends before. */
  void await(String part) throws IOException {
    while (said.indexOf(part) < 0) {
      String line = output.readLine();
      if (line == null) {
        throw new AssertionError("'" + part + "' is missing; the program said:\n" + said);
      }
      said.append(line).append('\n');
    }
  }

  /** All it has said when it has ended by itself with status 0. */
  String awaitEnd() throws IOException, InterruptedException {
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      said.append(line).append('\n');
    }
    assertThat(process.waitFor(END_MAX_S, TimeUnit.SECONDS)).as(said.toString()).isTrue();
    assertThat(process.exitValue()).as(said.toString()).isZero();
    return said.toString();
  }

  /** Asks it to stop, as Ctrl-C does, and waits until it has. */
  @Override
  public void close() {
    process.destroy();
    process.onExit().orTimeout(END_MAX_S, TimeUnit.SECONDS).join();
  }
}
