package dev.everbrook.server.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.server.app.Main;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * The server as a process of its own. Who starts it closes it, which kills it if it still runs and
 * fails if it ever printed the provider's key.
 */
public final class ServerProcess implements Server {

  private static final Duration START_MAX = Duration.ofSeconds(90);
  private static final Duration END_MAX = Duration.ofSeconds(30);

  private final Process process;
  private final Output output;

  private ServerProcess(Process process) {
    this.process = process;
    this.output = Output.of(process.getInputStream());
  }

  /** Starts it and does not wait for anything. */
  public static ServerProcess launch(Told told, String... flags) throws Exception {
    ServerProgram program = ServerProgram.get();
    return launch(told, program.classPath(), program.options(), List.of(flags));
  }

  /** The program that runs this process too. */
  static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  static ServerProcess launch(Told told, String classPath, List<String> options, List<String> flags)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(java());
    command.addAll(told.jvm());
    command.addAll(ServerProgram.ACCESS);
    command.addAll(options);
    command.add("-cp");
    command.add(classPath);
    command.add(Main.class.getName());
    command.addAll(flags);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder
        .environment()
        .keySet()
        .removeIf(name ->
            name.matches("(EVERBROOK_|OPENAI_).*|AI_MODEL|JAVA_TOOL_OPTIONS|(?i:[a-z]+_proxy)"));
    builder.environment().putAll(told.environment());
    Process process = builder.start();
    process.getOutputStream().close();
    return new ServerProcess(process);
  }

  /** Starts it and waits until it is ready. */
  public static ServerProcess start(Told told, String... flags) throws Exception {
    ServerProcess server = launch(told, flags);
    boolean ready = false;
    try {
      ready = server.http().get("/readyz").status() == 200;
      return server;
    } finally {
      if (!ready) {
        server.close();
      }
    }
  }

  @Override
  public URI base() throws InterruptedException {
    String line =
        output
            .await(it -> it.strip().startsWith("open "), START_MAX)
            .orElseThrow(() -> new AssertionError("the server did not start:\n" + output.text()));
    return URI.create(line.strip().replaceFirst("open +", ""));
  }

  /** A line that it printed, or prints soon. */
  public String awaitLine(Predicate<String> wanted) throws InterruptedException {
    return output
        .await(wanted, END_MAX)
        .orElseThrow(() -> new AssertionError("no such line:\n" + output.text()));
  }

  /** What it printed, the errors too. */
  public String output() {
    return output.text();
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** SIGKILL; returns when it is dead. */
  public void kill9() throws InterruptedException {
    process.destroyForcibly();
    awaitExit(END_MAX);
  }

  /** SIGTERM; returns at once. */
  public void terminate() {
    process.destroy();
  }

  /** Returns the exit status, after the last line was read. */
  public int awaitExit(Duration most) throws InterruptedException {
    assertThat(process.waitFor(most.toNanos(), TimeUnit.NANOSECONDS))
        .as(() -> "the process ends within " + most + ":\n" + output.text())
        .isTrue();
    output.awaitEnd(END_MAX);
    return process.exitValue();
  }

  @Override
  public String toString() {
    return output.text();
  }

  @Override
  public void close() {
    if (process.isAlive()) {
      Signal.CONT.to(pid()); // a stopped process ends too late
      terminate();
    }
    boolean ended =
        process
            .onExit()
            .thenApply(_ -> true)
            .completeOnTimeout(false, END_MAX.toSeconds(), TimeUnit.SECONDS)
            .join();
    if (!ended) {
      process.destroyForcibly().onExit().join();
    }
    assertThat(output.hasLeaked()).as(() -> "the key was printed:\n" + output.text()).isFalse();
  }
}
