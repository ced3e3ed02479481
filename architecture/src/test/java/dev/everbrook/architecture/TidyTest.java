package dev.everbrook.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Nobody does what the list of bans names, and every ban catches what it is there for. */
class TidyTest {

  @Test
  void theHouseIsTidy() throws IOException {
    List<Source> sources = Tree.sources();
    Stream<String> broken =
        sources.stream()
            .flatMap(source -> Bans.ALL.stream().flatMap(ban -> ban.broken(source).stream()));
    assertThat(broken.toList()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("bans")
  void aBanCatchesWhatItIsThereForAndNothingElse(Ban ban) {
    assertThat(ban.broken(ban.bad()))
        .as(ban.bad().text())
        .singleElement()
        .asString()
        .contains(ban.bad().path())
        .endsWith(ban.instead());
    assertThat(ban.broken(ban.good())).as(ban.good().text()).isEmpty();
  }

  static Stream<Ban> bans() {
    return Bans.ALL.stream();
  }

  @Test
  void aMessageNamesTheLine() {
    Source source = Source.of(Bans.ALL.getFirst().bad().path(), "\n\nvar now = Instant.now();\n");
    assertThat(Bans.ALL.getFirst().broken(source)).singleElement().asString().contains("java:3: ");
  }

  @Test
  void whatACommentOrAStringSaysIsNotDone() {
    Source source =
        Source.of(
            Bans.ALL.getFirst().bad().path(),
            """
            /* Instant.now( */ // Instant.now(
            String s = "\\" Instant.now("; char c = '"';
            String block = \"""
                Instant.now( "quoted" Instant.now(
                \""";
            """);
    assertThat(Bans.ALL.getFirst().broken(source)).isEmpty();
    assertThat(source.bare()).hasSameSizeAs(source.text());
  }
}
