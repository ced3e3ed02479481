package dev.everbrook.benchmark.peer;

import dev.everbrook.benchmark.report.Await;
import dev.everbrook.benchmark.report.BenchFailure;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A process that the bench starts and ends; what it says is kept in a file. */
public final class ChildProcess implements AutoCloseable {

  private static final Duration START_MAX = Duration.ofSeconds(60);
  private static final Duration END_MAX = Duration.ofSeconds(15);
  private static final int SHOWN_MAX = 2_000;
  private static final int NO_PORT = 0;

  private final Process process;
  private final Path output;
  private final int port;

  private ChildProcess(Process process, Path output, int port) {
    this.process = process;
    this.output = output;
    this.port = port;
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly, "bench-child-stop"));
  }

  /** A port that nobody listens on at the moment. */
  public static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new BenchFailure("there is no free port: " + e, e);
    }
  }

  /** Starts a server and waits until it listens on this port. */
  public static ChildProcess start(
      List<String> command, Map<String, String> environment, Path folder, int port)
      throws InterruptedException {
    try {
      Path output = Files.createTempFile("everbrook-bench-", ".log");
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile());
      builder.environment().putAll(environment);
      ChildProcess child = new ChildProcess(builder.start(), output, port);
      child.awaitListening(command);
      return child;
    } catch (IOException e) {
      throw new BenchFailure("cannot start " + command.getFirst() + ": " + e, e);
    }
  }

  /**
   * Starts a process that is spoken to by {@link #input} and {@link #output}; what it says besides
   * is kept.
   */
  static ChildProcess spokenTo(List<String> command, Map<String, String> environment, Path folder) {
    try {
      Path output = Files.createTempFile("everbrook-bench-", ".log");
      ProcessBuilder builder =
          new ProcessBuilder(command).directory(folder.toFile()).redirectError(output.toFile());
      builder.environment().putAll(environment);
      return new ChildProcess(builder.start(), output, NO_PORT);
    } catch (IOException e) {
      throw new BenchFailure("cannot start " + command.getFirst() + ": " + e, e);
    }
  }

  private void awaitListening(List<String> command) throws InterruptedException {
    try {
      Await.that(
          command.getFirst() + " listens on port " + port,
          START_MAX,
          () -> isListening() || !process.isAlive());
    } catch (BenchFailure e) {
      close();
      throw new BenchFailure(e.getMessage() + "; it said: " + said(), e);
    }
    if (!process.isAlive()) {
      throw new BenchFailure(command.getFirst() + " ended at once; it said: " + said());
    }
  }

  private boolean isListening() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** The end of what it said. */
  String said() {
    try {
      String all = Files.readString(output);
      return all.substring(Math.max(0, all.length() - SHOWN_MAX));
    } catch (IOException e) {
      return "(its output cannot be read: " + e + ")";
    }
  }

  OutputStream input() {
    return process.getOutputStream();
  }

  InputStream output() {
    return process.getInputStream();
  }

  /** Whether it ended by itself within this time. */
  boolean ended(Duration most) throws InterruptedException {
    return process.waitFor(most.toMillis(), TimeUnit.MILLISECONDS);
  }

  public int port() {
    return port;
  }

  public long pid() {
    return process.pid();
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(END_MAX.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
      Files.deleteIfExists(output);
    } catch (IOException e) {
      throw new BenchFailure("cannot remove " + output + ": " + e, e);
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
