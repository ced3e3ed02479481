package dev.everbrook.server.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A worker of the folder {@code examples} as a process of its own. Who starts it closes it. */
public final class ExampleWorker implements AutoCloseable {

  private static final Duration START_MAX = Duration.ofSeconds(30);
  private static final int END_MAX_S = 20;

  /** In which language. */
  public enum Language {
    PYTHON("python3", "worker.py", "Python 3.9 or newer (apt-get install python3)"),
    NODE("node", "worker.mjs", "Node 20 or newer (https://nodejs.org)");

    private final String program;
    private final String script;
    private final String toInstall;

    Language(String program, String script, String toInstall) {
      this.program = program;
      this.script = script;
      this.toInstall = toInstall;
    }
  }

  private final Process process;
  private final Output output;

  private ExampleWorker(Process process) {
    this.process = process;
    this.output = Output.of(process.getInputStream());
  }

  /** Starts it and waits until it is known to the server. */
  public static ExampleWorker start(Language language, URI server, String queue, Duration lease)
      throws InterruptedException {
    return start(language, server, queue, lease, Map.of());
  }

  /** As above, with more in its environment. */
  public static ExampleWorker start(
      Language language, URI server, String queue, Duration lease, Map<String, String> environment)
      throws InterruptedException {
    Path script = Path.of("../examples", language.script).toAbsolutePath().normalize();
    List<String> command =
        List.of(
            language.program,
            script.toString(),
            server.toString(),
            queue,
            Long.toString(lease.toMillis()));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.matches("(?i)(http|https|all)_proxy"));
    builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
    builder.environment().putAll(environment);
    try {
      ExampleWorker worker = new ExampleWorker(builder.start());
      boolean ready = false;
      try {
        worker.await("ready: ", START_MAX);
        ready = true;
        return worker;
      } finally {
        if (!ready) {
          worker.close();
        }
      }
    } catch (IOException e) {
      throw new AssertionError(
          "examples/"
              + language.script
              + " needs "
              + language.toInstall
              + " as '"
              + language.program
              + "' on the PATH and could not be started: install it",
          e);
    }
  }

  /** Waits for a line with this text. */
  public void await(String text, Duration most) throws InterruptedException {
    assertThat(output.await(line -> line.contains(text), most))
        .as(() -> "the worker says '" + text + "'; it said:\n" + output.text())
        .isPresent();
  }

  public long pid() {
    return process.pid();
  }

  public void kill9() {
    Signal.KILL.to(pid());
  }

  /** SIGTERM; returns when it has ended. */
  public void leave() throws InterruptedException {
    process.destroy();
    assertThat(process.waitFor(END_MAX_S, TimeUnit.SECONDS)).as(() -> output.text()).isTrue();
  }

  public String output() {
    return output.text();
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
