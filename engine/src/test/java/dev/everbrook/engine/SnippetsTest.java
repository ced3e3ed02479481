package dev.everbrook.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The Java of the pages that is no whole program and no module compiles, beside the names it takes
 * for granted.
 */
class SnippetsTest {

  private static final List<String> PAGES =
      List.of("docs/embedding.md", "docs/jobs.md", "docs/schedules.md");

  /** The names that the pages use without declaring them. */
  private static final String GIVEN =
      """
        record Mail(String to, String text) {}
        record Sent(String id) {}

        static final JobType<Mail, Sent> MAIL = new JobType<>("mail", Mail.class, Sent.class);

        private javax.sql.DataSource source;
        private javax.sql.DataSource owner;
        private EngineSettings settings;
        private Rule rule;
        private dev.everbrook.model.ChatModel models;
        private io.micrometer.core.instrument.MeterRegistry registry;
        private Engine engine;
        private Connection connection;
        private Answer answer;
        private Jobs jobs;
        private NewJob job;
        private NewJob parent;
        private NewJob child;
        private List<NewJob> many;
        private List<NewJob> keyed;
        private RetryPolicy policy;
        private long id;

        private void show(byte[] event) {}

        private boolean busy() {
          return false;
        }

        private Sent send(Mail mail) throws java.io.IOException {
          return new Sent(mail.to());
        }

      """;

  @TempDir private Path folder;

  @Test
  void everySnippetOfThePagesCompiles() throws Exception {
    Map<String, String> types = types();
    List<Path> sources = new ArrayList<>();
    for (String page : PAGES) {
      for (String block : Document.of(page).blocks("java")) {
        if (!block.contains("void main(") && !block.startsWith("module ")) {
          String name = "Snippet" + sources.size();
          Path source = folder.resolve(name + ".java");
          Files.writeString(source, whole(name, block, types));
          sources.add(source);
        }
      }
    }
    assertThat(sources).hasSizeGreaterThan(PAGES.size());
    Compiling.into(folder.resolve("classes"), sources);
  }

  private static String whole(String name, String block, Map<String, String> types) {
    StringBuilder whole =
        new StringBuilder("import java.sql.*;\nimport java.time.*;\nimport java.util.*;\n");
    types.forEach((simple, full) -> {
      if (Pattern.compile("\\b" + simple + "\\b").matcher(GIVEN + block).find()) {
        whole.append("import ").append(full).append(";\n");
      }
    });
    return whole
        .append("\nabstract class " + name + " {\n" + GIVEN)
        .append("  void shown() throws Exception {\n")
        .append(block)
        .append("  }\n}\n")
        .toString();
  }

  /** The types of the engine and the model by their simple names, wherever they lie. */
  private static Map<String, String> types() throws IOException {
    Map<String, String> types = new TreeMap<>();
    for (String module : List.of("model", "engine")) {
      Path classes = Document.ROOT.resolve(module).resolve("target/classes");
      try (Stream<Path> files = Files.walk(classes)) {
        files
            .map(file -> classes.relativize(file).toString())
            .filter(it -> it.endsWith(".class") && !it.contains("$") && !it.contains("-"))
            .map(it -> it.replace(".class", "").replace('/', '.'))
            .filter(SnippetsTest::isPublic)
            .forEach(it -> types.put(it.substring(it.lastIndexOf('.') + 1), it));
      }
    }
    return types;
  }

  private static boolean isPublic(String type) {
    try {
      Class<?> found = Class.forName(type, false, SnippetsTest.class.getClassLoader());
      return Modifier.isPublic(found.getModifiers());
    } catch (ClassNotFoundException e) {
      throw new AssertionError(type + " is compiled, and not on the class path", e);
    }
  }
}
