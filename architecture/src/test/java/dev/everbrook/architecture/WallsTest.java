package dev.everbrook.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The walls of the house as the compiled classes show them: inside a package no import tells who
 * uses whom.
 */
class WallsTest {

  /** The most source files of one package, {@code package-info} included. */
  private static final int FILES_MAX = 40;

  /** Two classes may know each other: a type and its parts often do. */
  private static final int CIRCLE_MAX = 2;

  private static Map<String, Set<String>> uses = Map.of();

  @BeforeAll
  static void read() throws IOException {
    uses = Classes.uses();
    assertThat(uses)
        .as("the compiled classes; build all modules first: mvn test-compile")
        .containsKeys("dev.everbrook.model.ChatModel", "dev.everbrook.engine.Engine")
        .containsKeys("dev.everbrook.server.app.App", "dev.everbrook.benchmark.Main");
  }

  @Test
  void noClassUsesALaterRoom() {
    List<String> broken =
        uses.entrySet().stream()
            .flatMap(it -> it.getValue().stream().map(used -> new Arrow(it.getKey(), used)))
            .filter(Arrow::isAgainstTheOrder)
            .map(Arrow::toString)
            .toList();
    assertThat(broken).as("arrows against the order in Rooms").isEmpty();
  }

  private record Arrow(String from, String to) {
    boolean isAgainstTheOrder() {
      Room room = Rooms.of(Classes.packageOf(from)).orElseThrow();
      return Rooms.of(Classes.packageOf(to)).filter(other -> Rooms.mayUse(room, other)).isEmpty();
    }

    @Override
    public String toString() {
      return from + " uses " + to;
    }
  }

  @Test
  void noCircleInsideAPackageIsLargerThanTwo() {
    List<Set<String>> large =
        Circles.of(insidePackages()).stream().filter(it -> it.size() > CIRCLE_MAX).toList();
    assertThat(large)
        .as("circles of classes: give the one that is used by all an interface, or a value")
        .isEmpty();
  }

  private static Map<String, Set<String>> insidePackages() {
    Map<String, Set<String>> inside = new TreeMap<>();
    uses.forEach((from, all) ->
        inside.put(
            from,
            all.stream()
                .filter(it -> Classes.packageOf(it).equals(Classes.packageOf(from)))
                .collect(Collectors.toCollection(TreeSet::new))));
    return inside;
  }

  @Test
  void aCircleIsFoundWhereverItBegins() {
    assertThat(
            Circles.of(
                Map.of(
                    "a", Set.of("b"),
                    "b", Set.of("c", "e"),
                    "c", Set.of("d"),
                    "d", Set.of("b"),
                    "e", Set.of())))
        .containsExactly(Set.of("b", "c", "d"));
    assertThat(Circles.of(Map.of("a", Set.of("b"), "b", Set.of()))).isEmpty();
  }

  @Test
  void noPackageHasMoreThanFortyFiles() throws IOException {
    Map<String, Long> files =
        Tree.sources().stream()
            .filter(Source::isJava)
            .collect(
                Collectors.groupingBy(
                    it -> it.path().replaceAll("/[^/]*$", ""),
                    TreeMap::new,
                    Collectors.counting()));
    files.values().removeIf(it -> it <= FILES_MAX);
    assertThat(files).as("packages that hold more than one idea").isEmpty();
  }
}
