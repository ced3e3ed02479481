package dev.everbrook.server.api.durablestreams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.everbrook.engine.channel.ChannelName;
import dev.everbrook.engine.store.Principal;
import dev.everbrook.server.http.HttpFailure;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamPathTest {

  @Test
  void whatIsEscapedIsTheSameAsWhatIsNot() {
    assertThat(path("rooms/a%20b/%C3%A4")).isEqualTo(named("rooms/a b/ä"));
    assertThat(path("rooms%2Fa")).isEqualTo(named("rooms/a"));
    assertThat(path("a%25")).isEqualTo(named("a%"));
    assertThat(path("a+b")).isEqualTo(named("a+b"));
  }

  @Test
  void answersAndWhatTheProtocolKeepsAreNoChannels() {
    UUID id = UUID.fromString("0190a0a0-0000-7000-8000-000000000001");
    assertThat(path("answers/" + id)).isEqualTo(new StreamPath.OfAnswer(Optional.of(id)));
    assertThat(path("answers/x")).isEqualTo(new StreamPath.OfAnswer(Optional.empty()));
    assertThat(path("answers")).isEqualTo(new StreamPath.OfAnswer(Optional.empty()));
    assertThat(path("%61nswers/x")).isEqualTo(new StreamPath.OfAnswer(Optional.empty()));
    assertThat(path("__ds/subscriptions/1")).isEqualTo(new StreamPath.Reserved());
    assertThat(path("answersheet")).isEqualTo(named("answersheet"));
  }

  @Test
  void whatJobsTellIsNoChannelOfAnybodyElse() {
    assertThat(path("jobs/7")).isEqualTo(journal("jobs/7"));
    assertThat(path("%6Aobs%2F7")).isEqualTo(journal("jobs/7"));
    assertThat(path("jobs")).isEqualTo(journal("jobs"));
    assertThat(path("jobsheet/7")).isEqualTo(named("jobsheet/7"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a%",
        "a%4",
        "a%zz",
        "a%00b",
        "a%0Ab",
        "a%FFb",
        "a/../b",
        "%2E%2E/a",
        "./a",
        "ä"
      })
  void whatCannotBeANameIsRefused(String rest) {
    assertThatThrownBy(() -> path(rest)).isInstanceOf(HttpFailure.class);
  }

  @Test
  void aNameIsBounded() {
    String longest = "x".repeat(ChannelName.BYTES_MAX);
    assertThat(path(longest)).isEqualTo(named(longest));
    assertThatThrownBy(() -> path(longest + "x")).hasMessageContaining("1024 bytes");
    assertThatThrownBy(() -> path("%C3%A4".repeat(ChannelName.BYTES_MAX / 2) + "x"))
        .hasMessageContaining("1024 bytes");
  }

  @Test
  void aUrlOfSomethingElseIsRefused() {
    assertThatThrownBy(() -> StreamPath.of(Principal.LOCAL, "/x/../v1/stream/a"))
        .isInstanceOf(HttpFailure.class);
  }

  private static StreamPath path(String rest) {
    return StreamPath.of(Principal.LOCAL, "/v1/stream/" + rest);
  }

  private static StreamPath journal(String name) {
    return new StreamPath.OfJob(new ChannelName(Principal.LOCAL, name));
  }

  private static StreamPath named(String name) {
    return new StreamPath.OfChannel(new ChannelName(Principal.LOCAL, name));
  }
}
