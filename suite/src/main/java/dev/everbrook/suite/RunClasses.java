package dev.everbrook.suite;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClasspathRoots;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.discovery.ClassNameFilter;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * The program of a module's process: {@code RunClasses RESULTS FOLDER [Class | Class#method]...}.
 * Without a class it runs all tests below the folder: those with the tag {@value #ALONE} if the
 * system property {@value #ONLY_ALONE} is true, otherwise the others.
 */
public final class RunClasses {

  /** The tag of classes that measure time, and so run while nothing else does. */
  static final String ALONE = "alone";

  static final String ONLY_ALONE = "everbrook.suite.alone";

  private RunClasses() {}

  public static void main(String[] args) throws IOException {
    List<String> tests = List.of(args).subList(2, args.length);
    LauncherDiscoveryRequestBuilder request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(
                tests.isEmpty() ? selectClasspathRoots(Set.of(Path.of(args[1]))) : some(tests))
            .filters(
                ClassNameFilter.includeClassNamePatterns(ClassNameFilter.STANDARD_INCLUDE_PATTERN));
    if (tests.isEmpty()) {
      request.filters(
          Boolean.getBoolean(ONLY_ALONE)
              ? TagFilter.includeTags(ALONE)
              : TagFilter.excludeTags(ALONE));
    }
    boolean good;
    try (Results results = new Results(Path.of(args[0]))) {
      LauncherFactory.create().execute(request.build(), results);
      good = results.areGood();
    }
    System.exit(good ? 0 : 1); // a thread that a test left behind must not hold up the end
  }

  private static List<DiscoverySelector> some(List<String> tests) {
    return tests.stream()
        .<DiscoverySelector>map(it -> it.contains("#") ? selectMethod(it) : selectClass(it))
        .toList();
  }
}
