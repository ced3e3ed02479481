package dev.everbrook.suite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Which tests to run: all, or some modules, classes or methods. Immutable.
 *
 * @param modules only these modules; empty for all
 * @param tests only these: {@code TestClass} or {@code TestClass#method}, without the package;
 *     empty for all
 */
record Selection(Set<String> modules, List<String> tests) {

  static Selection of(List<String> names, List<String> modules) {
    Set<String> whole = new TreeSet<>();
    List<String> tests = new ArrayList<>();
    for (String name : names) {
      if (modules.contains(name)) {
        whole.add(name);
      } else {
        tests.add(name);
      }
    }
    return new Selection(whole, tests);
  }

  /** Whether the module may have tests to run. */
  boolean isIn(String module) {
    return modules.isEmpty() || modules.contains(module);
  }

  /** Whether anything of this module is to run. */
  boolean wants(Path root, String module) throws IOException {
    return isIn(module) && (tests.isEmpty() || !testsIn(root, module).isEmpty());
  }

  /**
   * The tests to run in this module, with their packages; none stands for all.
   *
   * @throws IOException if the module's folder cannot be read
   */
  List<String> testsIn(Path root, String module) throws IOException {
    Path classes = root.resolve(module).resolve("target/test-classes");
    if (!isIn(module) || !Files.isDirectory(classes)) {
      return List.of();
    }
    List<String> found = new ArrayList<>();
    try (Stream<Path> files = Files.walk(classes)) {
      for (Path file :
          (Iterable<Path>) files.filter(it -> it.toString().endsWith(".class"))::iterator) {
        String name = classes.relativize(file).toString().replace(".class", "").replace('/', '.');
        for (String test : tests) {
          String[] parts = test.split("#", 2);
          if (name.equals(parts[0]) || name.endsWith("." + parts[0])) {
            found.add(parts.length == 2 ? name + "#" + parts[1] : name);
          }
        }
      }
    }
    return found;
  }
}
