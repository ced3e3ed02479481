package dev.everbrook.server.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.server.app.Main;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/**
 * The server as a process of its own. Who starts it closes it, which kills it if it still runs and
 * fails if it ever printed the provider's key.
 */
final class ServerProcess implements AutoCloseable {

  private static final Duration START_MAX = Duration.ofSeconds(90);
  private static final Duration END_MAX = Duration.ofSeconds(30);

  private static final Duration ASK_AGAIN = Duration.ofMillis(50);

  private final Process process;
  private final Output output;

  private ServerProcess(Process process) {
    this.process = process;
    this.output = Output.of(process.getInputStream());
  }

  /** Starts it and does not wait for anything. */
  static ServerProcess launch(Told told, String... flags) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(told.jvm());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("--sun-misc-unsafe-memory-access=allow");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(Main.class.getName());
    command.addAll(List.of(flags));
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
  static ServerProcess start(Told told, String... flags) throws Exception {
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

  /** Where it listens; waits until it does. */
  URI base() throws InterruptedException {
    String line =
        output
            .await(it -> it.strip().startsWith("open "), START_MAX)
            .orElseThrow(() -> new AssertionError("the server did not start:\n" + output.text()));
    return URI.create(line.strip().replaceFirst("open +", ""));
  }

  Http http() throws InterruptedException {
    return new Http(base());
  }

  /** Asks until it is ready, for instance because its database is back. */
  void awaitReady() throws IOException, InterruptedException {
    long end = System.nanoTime() + START_MAX.toNanos();
    while (http().get("/readyz").status() != 200) {
      assertThat(System.nanoTime()).as(() -> "not ready:\n" + output.text()).isLessThan(end);
      LockSupport.parkNanos(ASK_AGAIN.toNanos());
    }
  }

  ChatClient client() throws InterruptedException {
    return new ChatClient(http());
  }

  /** A line that it printed, or prints soon. */
  String awaitLine(Predicate<String> wanted) throws InterruptedException {
    return output
        .await(wanted, END_MAX)
        .orElseThrow(() -> new AssertionError("no such line:\n" + output.text()));
  }

  /** What it printed, the errors too. */
  String output() {
    return output.text();
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** SIGKILL; returns when it is dead. */
  void kill9() throws InterruptedException {
    process.destroyForcibly();
    awaitExit(END_MAX);
  }

  /** SIGTERM; returns at once. */
  void terminate() {
    process.destroy();
  }

  /** Returns the exit status, after the last line was read. */
  int awaitExit(Duration most) throws InterruptedException {
    assertThat(process.waitFor(most.toNanos(), TimeUnit.NANOSECONDS))
        .as(() -> "the process ends within " + most + ":\n" + output.text())
        .isTrue();
    output.awaitEnd(END_MAX);
    return process.exitValue();
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
