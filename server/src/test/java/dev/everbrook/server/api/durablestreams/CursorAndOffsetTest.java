package dev.everbrook.server.api.durablestreams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.everbrook.engine.world.World;
import dev.everbrook.server.http.HttpFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CursorAndOffsetTest {

  @Test
  void theCursorIsWhichTwentySecondsItIs() {
    assertThat(CacheCursor.after(Optional.empty(), at("2024-10-09T00:00:19Z", 0))).isZero();
    assertThat(CacheCursor.after(Optional.empty(), at("2024-10-09T00:01:00Z", 0))).isEqualTo(3);
    assertThat(CacheCursor.after(Optional.of("2"), at("2024-10-09T00:01:00Z", 0))).isEqualTo(3);
  }

  @Test
  void aClientNeverGetsItsOwnCursorOrAnOlderOne() {
    for (double chance : new double[] {0, 0.5, 0.999}) {
      World world = at("2024-10-09T00:01:00Z", chance);
      assertThat(CacheCursor.after(Optional.of("3"), world)).isBetween(4L, 183L);
      assertThat(CacheCursor.after(Optional.of("1000"), world)).isBetween(1001L, 1180L);
    }
  }

  @Test
  void whatIsNoCursorCountsAsNone() {
    World world = at("2024-10-09T00:01:00Z", 0);
    for (String text : new String[] {"", "x", "-1", "9999999999999999999", "1.5"}) {
      assertThat(CacheCursor.after(Optional.of(text), world)).isEqualTo(3);
    }
  }

  @Test
  void theOrderOfOffsetsIsTheOrderOfTheirTexts() {
    long[] events = {0, 1, 9, 10, 99, 1_000_000, 9_999_999_999_999_999L};
    for (int i = 1; i < events.length; i++) {
      assertThat(Offset.text(events[i])).isGreaterThan(Offset.text(events[i - 1])).hasSize(16);
    }
  }

  @Test
  void anOffsetIsReadAsItWasGiven() {
    assertThat(offset(Offset.text(7))).isEqualTo(new Offset.At(7));
    assertThat(offset("0000000000000007_0000000000000000")).isEqualTo(new Offset.At(7));
    assertThat(offset("-1")).isEqualTo(new Offset.At(0));
    assertThat(offset("now")).isEqualTo(new Offset.Now());
    assertThat(Offset.of(Optional.empty())).isEqualTo(new Offset.At(0));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "7",
        "NOW",
        "-2",
        "+000000000000007",
        "00000000000000007",
        "000000000000000a",
        "0000000000000007_0000000000000001",
        "0000000000000007,",
        "0000000000000007 ",
        "٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٧"
      })
  void whatNoServerOfOursGivesIsRefused(String text) {
    assertThatThrownBy(() -> offset(text)).isInstanceOf(HttpFailure.class);
  }

  private static Offset offset(String text) {
    return Offset.of(Optional.of(text));
  }

  private static World at(String time, double chance) {
    return new World() {
      @Override
      public Instant now() {
        return Instant.parse(time);
      }

      @Override
      public long nanos() {
        return 0;
      }

      @Override
      public double chance() {
        return chance;
      }

      @Override
      public UUID id() {
        return new UUID(0, 0);
      }

      @Override
      public void rest(Duration duration) {
        throw new AssertionError("nothing rests here");
      }
    };
  }
}
