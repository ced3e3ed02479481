package dev.everbrook.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Exports;
import java.lang.module.ModuleDescriptor.Opens;
import java.lang.module.ModuleDescriptor.Requires;
import java.nio.file.Files;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What the modules of the library promise, as their compiled descriptors say it. */
class ModulesTest {

  /** The packages below {@code dev.everbrook.engine} that an application may use. */
  private static final Set<String> PROMISED =
      Set.of("answer", "channel", "job", "journal", "live", "schedule", "store", "stream", "world");

  @Test
  void theEngineExportsWhatIsPromisedAndNothingElse() throws IOException {
    Set<String> expected =
        PROMISED.stream().map(it -> "dev.everbrook.engine." + it).collect(Collectors.toSet());
    expected.add("dev.everbrook.engine");
    assertThat(exports(module("engine"))).isEqualTo(expected);
  }

  @Test
  void modelAndPostgresExportTheirOnePackage() throws IOException {
    assertThat(exports(module("model"))).containsExactly("dev.everbrook.model");
    assertThat(exports(module("postgres"))).containsExactly("dev.everbrook.postgres");
  }

  /** An export to some modules counts as one that is not promised. */
  private static Set<String> exports(ModuleDescriptor module) {
    return module.exports().stream().map(Exports::toString).collect(Collectors.toSet());
  }

  @Test
  void thePageNamesTheSamePackages() throws IOException {
    String page = Files.readString(Tree.root().resolve("docs/embedding.md"));
    Matcher list =
        Pattern.compile("exports `dev\\.everbrook\\.engine` and, below it,([^.]*)\\.")
            .matcher(page);
    assertThat(list.find()).isTrue();
    assertThat(Pattern.compile("`(\\w+)`").matcher(list.group(1)).results().map(it -> it.group(1)))
        .containsExactlyInAnyOrderElementsOf(PROMISED);
  }

  @Test
  void onlyJacksonLooksIntoAPackage() throws IOException {
    assertThat(module("engine").opens().stream().map(Opens::toString))
        .containsExactly("dev.everbrook.engine.job.admin to [tools.jackson.databind]");
    assertThat(module("model").opens()).isEmpty();
    assertThat(module("postgres").opens()).isEmpty();
  }

  @Test
  void anApplicationOfTheEngineReadsTheModulesOfItsSignatures() throws IOException {
    assertThat(
            module("engine").requires().stream()
                .filter(it -> it.modifiers().contains(Requires.Modifier.TRANSITIVE))
                .map(Requires::name))
        .containsExactlyInAnyOrder(
            "com.zaxxer.hikari",
            "dev.everbrook.model",
            "io.opentelemetry.api",
            "java.sql",
            "micrometer.core",
            "org.jspecify",
            "tools.jackson.databind");
  }

  private static ModuleDescriptor module(String folder) throws IOException {
    try (InputStream compiled =
        Files.newInputStream(Tree.root().resolve(folder + "/target/classes/module-info.class"))) {
      ModuleDescriptor module = ModuleDescriptor.read(compiled);
      assertThat(module.name()).isEqualTo("dev.everbrook." + folder);
      return module;
    }
  }
}
