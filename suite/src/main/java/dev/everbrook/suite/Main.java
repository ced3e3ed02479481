package dev.everbrook.suite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The program behind {@code ./test}: {@code Main ROOT [MODULE | TestClass | TestClass#method]...}.
 * Ends with status 1 when a test failed, when a process broke off, or when nothing ran.
 */
public final class Main {

  /** The two that take longest come first, and the others take turns beside them. */
  private static final List<String> MODULES =
      List.of(
          "server", "engine", "model", "postgres", "simulator", "benchmark", "web", "architecture");

  /** Modules with classes that measure time: these run at the end, one module at a time. */
  private static final List<String> WITH_ALONE = List.of("engine", "server");

  private static final int AT_ONCE = 3;
  private static final long LOOK_MS = 200;

  private Main() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    long start = System.nanoTime();
    Path root = Path.of(args[0]);
    Selection selection = Selection.of(List.of(args).subList(1, args.length), MODULES);
    Path results = root.resolve("target/tests");
    Files.createDirectories(results);

    Deque<Suite> waiting = new ArrayDeque<>();
    for (String module : MODULES) {
      if (selection.wants(root, module)) {
        waiting.add(new Suite(root, module, selection, false));
      }
    }
    List<Suite> ended = runAll(waiting, AT_ONCE);
    Deque<Suite> last = new ArrayDeque<>();
    for (String module : WITH_ALONE) {
      if (selection.wants(root, module) && selection.testsIn(root, module).isEmpty()) {
        last.add(new Suite(root, module, selection, true));
      }
    }
    ended.addAll(runAll(last, 1));
    Report report = new Report(ended, Duration.ofNanos(System.nanoTime() - start));
    report.lines().forEach(System.out::println);
    System.exit(report.isGood() ? 0 : 1);
  }

  private static List<Suite> runAll(Deque<Suite> waiting, int atOnce)
      throws IOException, InterruptedException {
    List<Suite> running = new ArrayList<>();
    List<Suite> ended = new ArrayList<>();
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> List.copyOf(running).forEach(Suite::kill)));
    while (!waiting.isEmpty() || !running.isEmpty()) {
      while (!waiting.isEmpty() && running.size() < atOnce) {
        Suite next = waiting.remove();
        next.start();
        running.add(next);
      }
      running.getFirst().await(LOOK_MS, TimeUnit.MILLISECONDS);
      for (Iterator<Suite> it = running.iterator(); it.hasNext(); ) {
        Suite suite = it.next();
        boolean alive = suite.isAlive(); // asked first, so that its last lines are read
        suite.news().forEach(System.out::println);
        if (!alive) {
          ended.add(suite);
          it.remove();
        }
      }
    }
    return ended;
  }
}
