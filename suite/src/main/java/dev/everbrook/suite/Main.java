package dev.everbrook.suite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The program behind {@code ./test}: {@code Main ROOT [MODULE | TestClass | TestClass#method]...}.
 * The tests of a module begin as soon as the {@link Build} has the module. Ends with status 1 when
 * the build failed, when a test failed, when a process broke off, or when nothing ran.
 */
public final class Main {

  /** The two that take longest come first, and the others take turns beside them. */
  private static final List<String> MODULES =
      List.of(
          "server", "engine", "model", "postgres", "simulator", "benchmark", "web", "architecture");

  /** Modules whose tests read what the build made of all modules. */
  private static final Set<String> AFTER_BUILD = Set.of("architecture");

  /** Modules with classes that measure time: these run at the end, one module at a time. */
  private static final List<String> WITH_ALONE = List.of("engine", "server");

  private static final int AT_ONCE = 4;
  private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(200);

  private final Path root;
  private final Selection selection;
  private final Build build;
  private final List<Suite> running = new CopyOnWriteArrayList<>();
  private final List<Suite> ended = new ArrayList<>();

  private Main(Path root, Selection selection) {
    this.root = root;
    this.selection = selection;
    this.build = new Build(root);
  }

  public static void main(String[] args) throws IOException {
    long start = System.nanoTime();
    Path root = Path.of(args[0]);
    Files.createDirectories(root.resolve("target/tests"));
    Selection selection = Selection.of(List.of(args).subList(1, args.length), MODULES);
    Main main = new Main(root, selection);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> main.running.forEach(Suite::kill)));
    if (!main.runBesideTheBuild()) {
      System.out.println("The build failed; the tests that ran beside it are stopped.");
      System.exit(1);
    }
    main.runAlone();
    Report report = new Report(main.ended, Duration.ofNanos(System.nanoTime() - start));
    report.lines().forEach(System.out::println);
    System.exit(report.isGood() ? 0 : 1);
  }

  /** Returns false, and leaves tests running, if the build ended without one of the modules. */
  private boolean runBesideTheBuild() throws IOException {
    List<String> waiting = new ArrayList<>(MODULES);
    waiting.removeIf(module -> !selection.isIn(module));
    while (!waiting.isEmpty() || !running.isEmpty()) {
      boolean over = build.isOver();
      for (Iterator<String> it = waiting.iterator(); it.hasNext() && running.size() < AT_ONCE; ) {
        String module = it.next();
        if (build.has(module) && (over || !AFTER_BUILD.contains(module))) {
          it.remove();
          if (selection.wants(root, module)) {
            start(new Suite(root, module, selection, false));
          }
        } else if (over) {
          return false;
        }
      }
      look();
    }
    return true;
  }

  private void runAlone() throws IOException {
    for (String module : WITH_ALONE) {
      if (selection.wants(root, module) && selection.testsIn(root, module).isEmpty()) {
        start(new Suite(root, module, selection, true));
        while (!running.isEmpty()) {
          look();
        }
      }
    }
  }

  private void start(Suite suite) throws IOException {
    suite.start();
    running.add(suite);
  }

  /** Prints what has ended since the last look. */
  private void look() throws IOException {
    LockSupport.parkNanos(LOOK_NS);
    for (Suite suite : running) {
      boolean alive = suite.isAlive(); // asked first, so that its last lines are read
      suite.news().forEach(System.out::println);
      if (!alive) {
        ended.add(suite);
      }
    }
    running.removeAll(ended);
  }
}
