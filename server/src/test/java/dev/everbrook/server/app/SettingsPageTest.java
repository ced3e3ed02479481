package dev.everbrook.server.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.everbrook.model.Limits;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** docs/settings.md and the help say what the code reads: names, defaults and bounds. */
class SettingsPageTest {

  private static final Path PAGE = Path.of("../docs/settings.md");

  /** Read by {@link Proxies} and by the tests with a browser. */
  private static final List<String> OTHERS =
      List.of("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "EVERBROOK_CHROMIUM");

  private static final Pattern NAME =
      Pattern.compile("\\b((?:EVERBROOK|OPENAI|AI|HTTPS?|ALL|NO)_[A-Z_]*[A-Z])\\b");

  private static final List<String> BASE = List.of("OPENAI_BASE_URL", "OPENAI_API_KEY", "AI_MODEL");

  /** A row of the page: what is allowed, and the default, of a setting. */
  private record Row(String allowed, String byDefault) {}

  @Test
  void thePageNamesEverySettingOfTheCodeAndNoOther() throws IOException {
    Set<String> known = new TreeSet<>(Configuration.NAMES);
    known.addAll(OTHERS);
    assertThat(names(Files.readString(PAGE))).isEqualTo(known);
    assertThat(rows().keySet()).isEqualTo(new TreeSet<>(Configuration.NAMES));
  }

  @Test
  void theHelpNamesEverySetting() {
    assertThat(names(Configuration.HELP)).containsAll(Configuration.NAMES);
  }

  @TestFactory
  Stream<DynamicTest> theDefaultOfThePageIsThatOfTheCode() throws IOException {
    Configuration without = Configuration.of(Map.of(), List.of());
    return rows().entrySet().stream()
        .map(row ->
            DynamicTest.dynamicTest(
                row.getKey(), () -> assertDefault(without, row.getKey(), row.getValue())));
  }

  private static void assertDefault(Configuration without, String name, Row row) {
    String value = row.byDefault().replaceAll("^`([^`]*)`.*", "$1");
    switch (name) {
      case Configuration.FIRST_TOKEN -> {
        assertThat(without.firstToken()).isEmpty();
        assertThat(value).isEqualTo(seconds("https://api.example.com/v1"));
        assertThat(row.byDefault())
            .contains("`" + seconds("http://localhost:1234/v1") + "` on this machine");
      }
      case Configuration.IDLE -> {
        assertThat(without.idle()).isEmpty();
        assertThat(value).isEqualTo(String.valueOf(Limits.DEFAULT.idle().toSeconds()));
      }
      default ->
          assertThat(
                  value.equals("none") ? without : Configuration.of(Map.of(name, value), List.of()))
              .isEqualTo(without);
    }
    if (value.equals("none")) {
      assertThat(absent(without).get(name)).as(name).isEmpty();
    }
  }

  private static Map<String, Optional<?>> absent(Configuration without) {
    Map<String, Optional<?>> absent = new HashMap<>();
    absent.put(Configuration.DATABASE_URL, without.database());
    absent.put(Configuration.ADMIN_TOKEN, without.adminToken());
    absent.put(Configuration.WORK_TOKEN, without.workToken());
    absent.put(Configuration.BASE_URL, without.modelBase());
    absent.put(Configuration.MODEL, without.model());
    absent.put(
        Configuration.API_KEY,
        without.key().isPresent() ? Optional.of(without.key()) : Optional.empty());
    return absent;
  }

  private static String seconds(String base) {
    return String.valueOf(Limits.of(URI.create(base)).firstToken().toSeconds());
  }

  /** A wrong value is refused with what is allowed. */
  @TestFactory
  Stream<DynamicTest> theBoundsOfThePageAreThoseOfTheCode() throws IOException {
    return rows().entrySet().stream()
        .filter(row -> !BASE.contains(row.getKey()))
        .filter(row -> !row.getKey().equals(Configuration.DATA))
        .map(row ->
            DynamicTest.dynamicTest(
                row.getKey(), () -> assertBounds(row.getKey(), row.getValue().allowed())));
  }

  private static void assertBounds(String name, String allowed) {
    Misconfigured refused =
        catchThrowableOfType(
            Misconfigured.class, () -> Configuration.of(Map.of(name, "no / value"), List.of()));
    String must = String.join("\n", refused.lines()).replace(" or ", ", ");
    List<String> words = new ArrayList<>();
    Pattern.compile("`([^`]+)`").matcher(allowed).results().forEach(it -> words.add(it.group(1)));
    String expected = words.isEmpty() ? allowed : String.join(", ", words);
    assertThat(must).startsWith(name + " must ").contains(expected);
  }

  private static Set<String> names(String text) {
    Set<String> names = new TreeSet<>();
    NAME.matcher(text).results().forEach(it -> names.add(it.group(1)));
    return names;
  }

  /** The rows with four columns, by the name in the first. */
  private static Map<String, Row> rows() throws IOException {
    Map<String, Row> rows = new TreeMap<>();
    for (String line : Files.readAllLines(PAGE)) {
      String[] cells = line.split("\\|", -1);
      if (cells.length == 6 && cells[1].strip().startsWith("`")) {
        rows.put(cells[1].strip().replace("`", ""), new Row(cells[2].strip(), cells[3].strip()));
      }
    }
    return rows;
  }
}
