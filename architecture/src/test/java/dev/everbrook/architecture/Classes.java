package dev.everbrook.architecture;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The compiled classes of all modules, and what each uses. A nested class counts as its outer. */
final class Classes {

  private static final String OURS = "dev.everbrook.";

  /** Templates are compiled by a tool, and import what they show. */
  private static final String GENERATED = "Jte";

  private Classes() {}

  /** The house's classes that each class uses, by full names; itself left out. */
  static Map<String, Set<String>> uses() throws IOException {
    Map<String, Set<String>> uses = new TreeMap<>();
    for (JavaClass each : all()) {
      String from = outermost(each);
      if (from.startsWith(OURS) && !simpleName(from).startsWith(GENERATED)) {
        Set<String> found = uses.computeIfAbsent(from, _ -> new TreeSet<>());
        each.getDirectDependenciesFromSelf().stream()
            .map(it -> outermost(it.getTargetClass().getBaseComponentType()))
            .filter(it -> it.startsWith(OURS) && !it.equals(from))
            .forEach(found::add);
      }
    }
    return uses;
  }

  private static JavaClasses all() throws IOException {
    List<Path> folders = new ArrayList<>();
    try (DirectoryStream<Path> modules = Files.newDirectoryStream(Tree.root())) {
      for (Path module : modules) {
        Path classes = module.resolve("target/classes");
        if (Files.isRegularFile(module.resolve("pom.xml")) && Files.isDirectory(classes)) {
          folders.add(classes);
        }
      }
    }
    return new ClassFileImporter().importPaths(folders);
  }

  private static String outermost(JavaClass nested) {
    return nested.getName().replaceAll("\\$.*", "");
  }

  static String packageOf(String name) {
    return name.substring(0, name.lastIndexOf('.'));
  }

  static String simpleName(String name) {
    return name.substring(name.lastIndexOf('.') + 1);
  }
}
