package dev.everbrook.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a migration of today may not do to a database that is full and busy. */
class MigrationFilesTest {

  private static final Pattern INDEX =
      Pattern.compile(
          "(?m)^CREATE (?:UNIQUE )?INDEX (?!CONCURRENTLY)\\w+\\s+ON (everbrook\\.\\w+)");

  @Test
  void anIndexOnATableThatIsThereIsBuiltConcurrently() throws Exception {
    Path folder = Path.of(Objects.requireNonNull(Engine.class.getResource("migrations")).toURI());
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> all = files.toList();
      assertThat(all).isNotEmpty();
      for (Path file : all) {
        assertIndexesNewTablesOnly(file.getFileName().toString(), Files.readString(file));
      }
    }
  }

  @Test
  void theRuleIsKnownByWhatBreaksIt() {
    assertThat(brokenBy("CREATE INDEX a ON everbrook.job_done (x);")).isTrue();
    assertThat(brokenBy("CREATE TABLE everbrook.t (x int);\nCREATE INDEX a ON everbrook.t (x);"))
        .isFalse();
    assertThat(brokenBy("CREATE INDEX CONCURRENTLY IF NOT EXISTS a ON everbrook.t (x);")).isFalse();
  }

  private static void assertIndexesNewTablesOnly(String name, String sql) {
    assertThat(brokenBy(sql)).as(name + ": see docs/decisions/024").isFalse();
  }

  private static boolean brokenBy(String sql) {
    Matcher index = INDEX.matcher(sql);
    while (index.find()) {
      if (!sql.contains("CREATE TABLE " + index.group(1) + " ")) {
        return true;
      }
    }
    return false;
  }
}
