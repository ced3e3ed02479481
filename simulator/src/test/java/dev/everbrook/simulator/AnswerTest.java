package dev.everbrook.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerTest {

  @Test
  void theSameQuestionGetsTheSameAnswerAndAnotherSeedAnother() {
    assertThat(answer(1, "hello")).isEqualTo(answer(1, "hello"));
    assertThat(answer(1, "hello")).isNotEqualTo(answer(2, "hello"));
    assertThat(answer(1, "hello")).isNotEqualTo(answer(1, "hallo"));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 17, 400, 5000})
  void asManyWordsComeAsWereAskedFor(int words) {
    assertThat(answer(1, "words:" + words).split("\\s+", -1)).hasSize(words);
  }

  @Test
  void everyAnswerQuotesTheQuestionIsNumberedAndHasCharactersOfManyBytes() {
    for (int i = 0; i < 200; i++) {
      String question = "What of w" + i + "?\nAnd so on " + "é".repeat(i);
      String answer = answer(i, question);
      assertThat(answer).startsWith("This is a simulated answer to “What of …? And so on");
      assertThat(Numbering.faultIn(answer)).as(answer).isEmpty();
      assertThat(Answer.tokens(answer).size()).isBetween(150, 400);
      assertThat(answer.codePoints().anyMatch(c -> c > 0xFFFF)).isTrue();
      assertThat(String.join("", Answer.tokens(answer))).isEqualTo(answer);
    }
  }

  @Test
  void someAnswersHaveCodeSomeATableSomeAList() {
    List<String> answers = IntStream.range(0, 50).mapToObj(i -> answer(i, "q")).toList();
    for (String mark : List.of("```java\n", "|---|---|", "- **point** ")) {
      assertThat(answers).anyMatch(answer -> answer.contains(mark));
    }
  }

  @Test
  void aLostOrDoubledPieceIsFound() {
    List<String> tokens = Answer.tokens(answer(1, "words:60"));
    for (int i = 0; i < tokens.size() - 10; i++) {
      var lost = new ArrayList<>(tokens);
      lost.remove(i);
      var doubled = new ArrayList<>(tokens);
      doubled.add(i, tokens.get(i));
      boolean wholeWord = tokens.get(i).startsWith(" ") && tokens.get(i + 1).startsWith(" ");
      if (wholeWord) {
        assertThat(Numbering.faultIn(String.join("", lost))).isPresent();
        assertThat(Numbering.faultIn(String.join("", doubled))).isPresent();
      }
    }
  }

  private static String answer(long seed, String question) {
    return Answer.to(seed, Profile.SMALL, List.of(new Turn("user", question))).text();
  }
}
