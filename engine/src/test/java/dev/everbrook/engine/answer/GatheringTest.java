package dev.everbrook.engine.answer;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GatheringTest {

  private static final List<Granularity> ALL =
      List.of(
          new Granularity.Token(),
          new Granularity.Word(),
          new Granularity.Sentence(),
          new Granularity.Every(Duration.ofMillis(20)));

  private static final String ALPHABET = "aé 漢。\n.!\"」ไ😀\uD83D\uDE00\u200D\u0301ー、  3.\t？…)*";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "word|Hello dear world.|Hello ,dear ,world.",
        "word|don't-stop now|don't-stop ,now",
        "word|漢字かな|漢,字,か,な",
        "word|go 東京へ go|go ,東,京,へ, ,go",
        "word|สวัส|ส,ว,ั,ส",
        "sentence|One. Two! Three? Four|One. ,Two! ,Three? ,Four",
        "sentence|It is 3.14 now. So.|It is 3.14 now. ,So.",
        "sentence|He said “no.” Then left.|He said “no.” ,Then left.",
        "sentence|これは本。それは？はい！|これは本。,それは？,はい！",
        "sentence|「はい。」と言う。|「はい。,」,と言う。",
        "sentence|a line~another|a line~,another",
        "sentence|Really?!  Yes|Really?! , ,Yes",
        "sentence|Well. (So) we go. Ok|Well. ,(So) we go. ,Ok"
      })
  void textIsCutWhereItsPartsEnd(String size, String text, String pieces) {
    Gathering gathering = new Gathering(Granularity.parse(size).orElseThrow());
    List<String> out = new ArrayList<>();
    gathering.add("^", 0);
    text.replace('~', '\n')
        .codePoints()
        .forEach(c -> keep(gathering.add(Character.toString(c), 0), out));
    keep(gathering.rest(0), out);

    assertThat(String.join(",", out)).isEqualTo(pieces.replace('~', '\n'));
  }

  @Test
  void theFirstPieceIsThereAtOnceAndSoIsTheFirstOfWhatFollows() {
    for (Granularity size : ALL) {
      Gathering gathering = new Gathering(size);
      assertThat(gathering.add("Be", 0)).isEqualTo("Be");
      gathering.add("cau", 0);
      gathering.rest(0);
      gathering.anew();
      assertThat(gathering.add("Hm", 0)).isEqualTo("Hm");
    }
  }

  @Test
  void textWithoutAnEndIsCutSomewhere() {
    for (Granularity size : ALL) {
      Gathering gathering = new Gathering(size);
      gathering.add("x", 0);
      int held = 0;
      int most = 0;
      for (int i = 0; i < 100_000; i++) {
        String out = gathering.add("x", 0);
        held += 1 - out.length();
        most = Math.max(most, held);
      }
      assertThat(most)
          .isLessThanOrEqualTo(
              size instanceof Granularity.Every
                  ? Gathering.UNTIMELY_MAX
                  : Gathering.UNFINISHED_MAX);
    }
  }

  @Test
  void whatCameWithinTheTimeIsOneEvent() {
    Gathering gathering = new Gathering(new Granularity.Every(Duration.ofMillis(20)));

    assertThat(gathering.add("a", 0)).isEqualTo("a");
    assertThat(gathering.add("b", ms(5))).isEmpty();
    assertThat(gathering.awaitsTime()).isTrue();
    assertThat(gathering.left(ms(5))).isEqualTo(Duration.ofMillis(15));
    assertThat(gathering.add("c", ms(20))).isEqualTo("bc");
    assertThat(gathering.awaitsTime()).isFalse();
    assertThat(gathering.add("d", ms(60))).isEqualTo("d");
  }

  /**
   * However a text is split, and however it is gathered, it comes out whole, in whole characters.
   */
  @Test
  void nothingIsLostDoubledOrSplit() {
    long seed = System.nanoTime();
    Random chance = new Random(seed);
    for (int round = 0; round < 2_000; round++) {
      String text = text(chance);
      List<String> split = split(text, chance);
      for (Granularity size : ALL) {
        Ingest ingest = new Ingest();
        Gathering gathering = new Gathering(size);
        List<String> out = new ArrayList<>();
        long now = 0;
        for (String piece : split) {
          now += chance.nextInt(10) * 1_000_000L;
          keep(gathering.add(ingest.clean(piece), now), out);
        }
        keep(gathering.add(ingest.rest(), now), out);
        keep(gathering.rest(now), out);
        assertThat(String.join("", out)).as("seed %d, %s", seed, size).isEqualTo(text);
        assertThat(out).allMatch(GatheringTest::isWhole, "whole characters, seed " + seed);
        assertThat(gathering.rest(now)).isEmpty();
      }
    }
  }

  private static String text(Random chance) {
    StringBuilder text = new StringBuilder();
    int[] letters = ALPHABET.codePoints().toArray();
    int length = chance.nextInt(60);
    for (int i = 0; i < length; i++) {
      text.appendCodePoint(letters[chance.nextInt(letters.length)]);
    }
    return text.toString();
  }

  /** Between any two chars, those of one character included. */
  private static List<String> split(String text, Random chance) {
    List<String> pieces = new ArrayList<>();
    int from = 0;
    while (from < text.length()) {
      int to = Math.min(text.length(), from + 1 + chance.nextInt(6));
      pieces.add(text.substring(from, to));
      from = to;
    }
    return pieces;
  }

  private static boolean isWhole(String piece) {
    return !Character.isLowSurrogate(piece.charAt(0))
        && !Character.isHighSurrogate(piece.charAt(piece.length() - 1));
  }

  private static void keep(String piece, List<String> out) {
    if (!piece.isEmpty()) {
      out.add(piece);
    }
  }

  private static long ms(int ms) {
    return Duration.ofMillis(ms).toNanos();
  }
}
