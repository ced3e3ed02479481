package dev.everbrook.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Compiles what the documentation shows. */
final class Compiling {

  private Compiling() {}

  /** With the class path of this test. */
  static void into(Path classes, Collection<Path> sources) throws IOException {
    assertThat(complaint(classes, sources)).isEmpty();
  }

  /** What the compiler says of sources that it refuses. */
  static Optional<String> complaint(Path classes, Collection<Path> sources, String... more)
      throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    List<String> options =
        new ArrayList<>(List.of("-proc:none", "-d", Files.createDirectories(classes).toString()));
    options.addAll(List.of(more));
    StringWriter said = new StringWriter();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      Iterable<? extends JavaFileObject> read = files.getJavaFileObjectsFromPaths(sources);
      boolean compiled = compiler.getTask(said, files, null, options, null, read).call();
      return compiled ? Optional.empty() : Optional.of(said.toString());
    }
  }
}
