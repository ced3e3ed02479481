package dev.everbrook.suite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.platform.commons.util.ExceptionUtils;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/** Writes a line for each class as soon as it has ended. Safe for classes that run at once. */
final class Results implements TestExecutionListener, AutoCloseable {

  private static final class Tally {
    private final long start = System.nanoTime();
    private final List<String> failures = new ArrayList<>();
    private int passed;
    private int skipped;
  }

  private final Writer out;
  private final Map<String, Tally> tallies = new ConcurrentHashMap<>();
  private @Nullable TestPlan plan;
  private boolean good = true;
  private boolean ran;

  Results(Path file) throws IOException {
    out = Files.newBufferedWriter(file);
  }

  @Override
  public void testPlanExecutionStarted(TestPlan started) {
    plan = started;
  }

  @Override
  public synchronized void executionStarted(TestIdentifier test) {
    if (isTopClass(test)) {
      tallies.put(test.getUniqueId(), new Tally());
    }
  }

  @Override
  public synchronized void executionSkipped(TestIdentifier test, String reason) {
    long many = plan().getDescendants(test).stream().filter(TestIdentifier::isTest).count();
    tally(top(test)).skipped += (int) Math.max(1, many);
    if (isTopClass(test)) {
      write(test);
    }
  }

  @Override
  public synchronized void executionFinished(TestIdentifier test, TestExecutionResult result) {
    TestIdentifier top = top(test);
    switch (result.getStatus()) {
      case SUCCESSFUL -> tally(top).passed += test.isTest() ? 1 : 0;
      case ABORTED -> tally(top).skipped++;
      case FAILED -> tally(top).failures.add(told(top, test, result));
    }
    if (isTopClass(test) || !tally(top).failures.isEmpty() && !isTopClass(top)) {
      write(top);
    }
  }

  /** Whether some test ran, and none failed. */
  synchronized boolean areGood() {
    return good && ran;
  }

  @Override
  public void close() throws IOException {
    out.close();
  }

  private void write(TestIdentifier top) {
    Tally tally = tally(top);
    good &= tally.failures.isEmpty();
    ran |= tally.passed > 0;
    double seconds = (System.nanoTime() - tally.start) / 1e9;
    String name = top.getLegacyReportingName().replaceAll(".*\\.", "");
    Result result =
        new Result(
            name,
            tally.passed,
            tally.failures.size(),
            tally.skipped,
            Math.round(seconds * 10) / 10.0,
            tally.failures);
    try {
      out.write(result.format() + "\n");
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the results of " + name, e);
    }
  }

  private static String told(TestIdentifier top, TestIdentifier test, TestExecutionResult result) {
    String name = top.getDisplayName() + (test.equals(top) ? "" : " " + test.getDisplayName());
    return name + "\n" + result.getThrowable().map(ExceptionUtils::readStackTrace).orElse("");
  }

  private Tally tally(TestIdentifier top) {
    return tallies.computeIfAbsent(top.getUniqueId(), _ -> new Tally());
  }

  private boolean isTopClass(TestIdentifier test) {
    return test.getSource().filter(ClassSource.class::isInstance).isPresent()
        && plan().getParent(test).filter(it -> it.getSource().isPresent()).isEmpty();
  }

  /** The class that a test belongs to; for the engine itself, the engine. */
  private TestIdentifier top(TestIdentifier test) {
    return isTopClass(test) ? test : plan().getParent(test).map(this::top).orElse(test);
  }

  private TestPlan plan() {
    return Objects.requireNonNull(plan, "JUnit tells the plan first");
  }
}
