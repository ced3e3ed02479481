package dev.everbrook.suite;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The tests of one module, in a process of their own. What they print goes to {@code
 * target/tests/MODULE.log}, what became of them to {@code target/tests/MODULE.results}. Not safe
 * for use by several threads, except {@link #kill}.
 */
final class Suite {

  /** Short programs on few cores: the second compiler costs more than it gains. */
  private static final List<String> JVM =
      List.of(
          "-XX:TieredStopAtLevel=1",
          "-XX:+UseSerialGC",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow");

  private static final int LAST_LINES = 60;

  private final Path root;
  private final String module;
  private final Selection selection;
  private final boolean alone;
  private final Path log;
  private final Path results;
  private final List<Result> read = new ArrayList<>();
  private int linesRead;
  private long startedAt;
  private long seconds;
  private volatile @Nullable Process process;

  /**
   * @param alone whether it runs the classes that must be alone on the machine, and not the others
   */
  Suite(Path root, String module, Selection selection, boolean alone) {
    this.root = root;
    this.module = module;
    this.selection = selection;
    this.alone = alone;
    String name = "target/tests/" + module + (alone ? "-alone" : "");
    this.log = root.resolve(name + ".log");
    this.results = root.resolve(name + ".results");
  }

  String module() {
    return module;
  }

  void start() throws IOException {
    Files.deleteIfExists(results);
    Path folder = root.resolve(module);
    boolean npm = Files.exists(folder.resolve("package.json"));
    ProcessBuilder builder =
        new ProcessBuilder(npm ? List.of("npm", "test", "--silent") : javaCommand(folder));
    builder.directory(folder.toFile());
    builder.redirectErrorStream(true).redirectOutput(log.toFile());
    builder.redirectInput(new File("/dev/null"));
    startedAt = System.nanoTime();
    process = builder.start();
  }

  private List<String> javaCommand(Path folder) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
    command.addAll(JVM);
    System.getProperties()
        .forEach((key, value) -> {
          if (key.toString().startsWith("everbrook.")) {
            command.add("-D" + key + "=" + value);
          }
        });
    command.add("-Deverbrook.root=" + root);
    command.add("-D" + RunClasses.ONLY_ALONE + "=" + alone);
    command.add("-cp");
    command.add(
        String.join(
            File.pathSeparator,
            folder.resolve("target/test-classes").toString(),
            folder.resolve("target/classes").toString(),
            Files.readString(folder.resolve("target/test.classpath")).strip(),
            System.getProperty("java.class.path")));
    command.add(RunClasses.class.getName());
    command.add(results.toString());
    command.add(folder.resolve("target/test-classes").toString());
    command.addAll(selection.testsIn(root, module));
    return command;
  }

  boolean isAlive() {
    boolean alive = started().isAlive();
    if (!alive && seconds == 0) {
      seconds = Math.max(1, TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startedAt));
    }
    return alive;
  }

  /** Whether the process came to its own end and found nothing wrong. */
  boolean isGood() {
    return started().exitValue() == 0;
  }

  /** How long the process ran. */
  long seconds() {
    return seconds;
  }

  /**
   * Ends the process, and with it the processes that its tests started, except for PostgreSQL: one
   * that is shared is stopped by {@code ./test}, and one that is not is left to its own watch.
   */
  void kill() {
    Process killed = process;
    if (killed != null) {
      killed
          .descendants()
          .filter(it -> !it.info().command().orElse("").endsWith("/postgres"))
          .forEach(ProcessHandle::destroyForcibly);
      killed.destroyForcibly();
    }
  }

  /** A line for each class that has ended since this was asked last. */
  List<String> news() throws IOException {
    List<String> news = new ArrayList<>();
    if (Files.exists(results)) {
      List<String> lines = Files.readAllLines(results);
      for (String line : lines.subList(linesRead, lines.size())) {
        Result result = Result.parse(line);
        read.add(result);
        news.add(result.line(module));
      }
      linesRead = lines.size();
    }
    return news;
  }

  List<Result> results() {
    return read;
  }

  /** What the process printed last, for one that broke off. */
  List<String> lastLines() {
    try {
      List<String> lines = Files.readAllLines(log);
      return lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size());
    } catch (IOException e) {
      return List.of("(" + log + " cannot be read: " + e + ")");
    }
  }

  private Process started() {
    return Objects.requireNonNull(process, "the process is started first");
  }
}
