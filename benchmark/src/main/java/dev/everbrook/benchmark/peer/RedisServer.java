package dev.everbrook.benchmark.peer;

import dev.everbrook.benchmark.report.BenchFailure;
import dev.everbrook.benchmark.report.Misuse;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A Redis of the bench's own on files of its own, as durable as people run it: every write in the
 * log, the log on the disk once a second.
 */
public final class RedisServer implements AutoCloseable {

  public static final String SETTINGS = "appendonly yes, appendfsync everysec, save \"\"";

  private static final String PROGRAM = "redis-server";

  private final ChildProcess process;
  private final Path folder;

  private RedisServer(ChildProcess process, Path folder) {
    this.process = process;
    this.folder = folder;
  }

  /**
   * Refuses to go on without a Redis on the path.
   *
   * @throws Misuse if it is not installed
   */
  public static void need() {
    String path = System.getenv().getOrDefault("PATH", "");
    boolean found =
        Stream.of(path.split(File.pathSeparator, -1))
            .filter(it -> !it.isEmpty())
            .anyMatch(it -> Files.isExecutable(Path.of(it, PROGRAM)));
    if (!found) {
      throw new Misuse(
          "bullmq-redis needs redis-server and found none on the PATH: install Debian's"
              + " redis-server or Homebrew's redis, or leave it out with --systems");
    }
  }

  public static RedisServer start() throws InterruptedException {
    try {
      Path folder = Files.createTempDirectory(BenchPostgres.target(), "bench-redis-");
      int port = ChildProcess.freePort();
      List<String> command =
          List.of(
              PROGRAM,
              "--bind",
              "127.0.0.1",
              "--port",
              Integer.toString(port),
              "--dir",
              folder.toString(),
              "--appendonly",
              "yes",
              "--appendfsync",
              "everysec",
              "--save",
              "");
      return new RedisServer(ChildProcess.start(command, Map.of(), folder, port), folder);
    } catch (IOException e) {
      throw new BenchFailure("there is no room for Redis's files: " + e, e);
    }
  }

  public int port() {
    return process.port();
  }

  public long pid() {
    return process.pid();
  }

  @Override
  public void close() {
    process.close();
    try (Stream<Path> found = Files.walk(folder)) {
      for (Path path : found.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new BenchFailure("cannot remove " + folder + ": " + e, e);
    }
  }
}
