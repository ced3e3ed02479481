package dev.everbrook.server.chat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class PagesTest {
  private static final List<ChatSummary> CHATS =
      List.of(
          new ChatSummary("c2", "<b>Later</b>", Instant.parse("2026-11-02T00:00:00Z")),
          new ChatSummary("c1", "Rivers", Instant.parse("2026-11-01T00:00:00Z")));

  private final Pages pages = new Pages(new PageContext("tiny-model", true), Assets.load());

  @Test
  void allStoredTextIsInTheHtml() {
    String html =
        chat(
            MessageView.question("m1", "What is 1 < 2?"),
            answer("**Very** true", AnswerState.DONE, -1));
    assertThat(html)
        .contains("data-id=\"m1\"")
        .contains("What is 1 &lt; 2?")
        .contains("<strong>Very</strong> true")
        .contains("data-state=\"done\"")
        .contains("<title>Rivers · Everbrook</title>");
  }

  @Test
  void anOpenAnswerCarriesWhereItGoesOn() {
    String html = chat(answer("Half a **wor </template>", AnswerState.STREAMING, 41));
    assertThat(html)
        .contains("data-stream=\"s1\"")
        .contains("data-after=\"41\"")
        .contains("data-state=\"streaming\"")
        .contains("<template data-part=\"source\">Half a **wor &lt;/template&gt;</template>");
  }

  @Test
  void aClosedAnswerCarriesItsTextOnce() {
    assertThat(chat(answer("once", AnswerState.DONE, -1)))
        .doesNotContain("data-part=\"source\"")
        .containsOnlyOnce("once");
  }

  @Test
  void aFailureIsExplainedInWords() {
    Remark refused =
        Remark.of(
            AnswerState.FAILED,
            "{\"code\":\"key_refused\",\"message\":\"The key is <wrong>\"}",
            false);
    assertThat(chat(answer("", AnswerState.FAILED, refused)))
        .containsSubsequence(
            "<p data-part=\"said\">" + FailureText.KEY_REFUSED.words() + "</p>",
            "<details",
            "The key is &lt;wrong&gt;")
        .doesNotContainPattern("<chat-message[^>]*data-role=\"assistant\"[^>]* data-retry");
  }

  @Test
  void whatFailedForReasonsOfItsOwnIsToldByItsStateAndCanBeRetried() {
    Remark odd = Remark.of(AnswerState.FAILED, "{\"code\":\"odd\",\"message\":\"it fell\"}", false);
    assertThat(odd)
        .isEqualTo(new Remark("failed", AnswerState.FAILED.note(), Optional.of("it fell"), true));
    assertThat(chat(answer("", AnswerState.FAILED, odd)))
        .contains("it fell", AnswerState.FAILED.note())
        .containsPattern("<chat-message[^>]*data-role=\"assistant\"[^>]* data-retry");
    assertThat(
            Remark.of(AnswerState.INCOMPLETE, "{\"code\":\"recitation\",\"message\":\"x\"}", false))
        .isEqualTo(
            new Remark(
                "incomplete", AnswerState.INCOMPLETE.note(), Optional.of("recitation"), true));
    assertThat(Remark.of(AnswerState.FAILED, "{}", false)).isEqualTo(Remark.of(AnswerState.FAILED));
  }

  @Test
  void aRefusedKeyCanBeTriedAgainWhenTheServerWasStartedAnewSince() {
    String error = "{\"code\":\"key_refused\",\"message\":\"no\"}";
    assertThat(Remark.of(AnswerState.FAILED, error, false).retry()).isFalse();
    assertThat(Remark.of(AnswerState.FAILED, error, true).retry()).isTrue();
  }

  @ParameterizedTest
  @EnumSource(FailureText.class)
  void aTroubleSaysWhatToDoAndSpeaksOfRetryOnlyWhereThatIsOffered(FailureText trouble) {
    assertThat(trouble.words()).endsWith(".").hasSizeBetween(40, 240);
    assertThat(trouble.words().contains("Retry asks the model again"))
        .isEqualTo(trouble.offersRetry(false));
    assertThat(text(pages.home(List.of()))).contains("data-code=\"" + trouble.code() + "\"");
  }

  @Test
  void anAnswerThatHasSaidNothingSaysHowLongItIsWaitedFor() {
    ChatMessage.Progress waited = new ChatMessage.Progress(1, Duration.ofSeconds(37), false);
    assertThat(chat(open("", AnswerState.STREAMING, waited)))
        .contains("Still waiting, 37 s.", "data-waited=\"37000\"");
    assertThat(chat(open("", AnswerState.QUEUED, waited)))
        .contains(AnswerState.QUEUED.note() + " Still waiting, 37 s.");
    assertThat(chat(open("A word", AnswerState.STREAMING, waited))).doesNotContain("Still waiting");
  }

  @Test
  void anAnswerThatBeganAnewSaysSo() {
    assertThat(
            chat(
                open("x", AnswerState.STREAMING, new ChatMessage.Progress(9, Duration.ZERO, true))))
        .contains("data-testid=\"anew\">" + MessageView.ANEW);
    assertThat(chat(answer("x", AnswerState.STREAMING, 9))).contains("data-testid=\"anew\"></p>");
  }

  @Test
  void aPageThatFailedTriesAgainWhereWaitingHelpsAndNotForEver() {
    assertThat(text(pages.failure(503, "The database is <away>.", 0)))
        .contains("The database is &lt;away&gt;.", "<page-again>", "content=\"5; url=?again=1\"");
    assertThat(text(pages.failure(503, "Away.", Pages.TRIES_MAX - 1))).contains("again=60");
    for (byte[] still :
        List.of(
            pages.failure(503, "Away.", Pages.TRIES_MAX),
            pages.failure(500, "It was logged.", 0),
            pages.failure(404, "Nothing.", 0),
            pages.failure(400, "Malformed.", 0),
            pages.noChat("c1"))) {
      assertThat(text(still)).doesNotContain("http-equiv", "<page-again>").contains("<h1>");
    }
  }

  @Test
  void theListMarksTheCurrentChatAndEscapesTitles() {
    assertThat(chat(answer("x", AnswerState.DONE, -1)))
        .contains("href=\"/c/c1\" aria-current=\"page\">Rivers</a>")
        .contains("href=\"/c/c2\">&lt;b&gt;Later&lt;/b&gt;</a>");
  }

  @Test
  void simulatedTextSaysSo() {
    assertThat(chat(answer("x", AnswerState.DONE, -1))).contains("data-testid=\"simulated\"");
    assertThat(text(pages.home(List.of()))).contains("data-testid=\"simulated-model\"");
  }

  @Test
  void noPageNeedsAnInlineScriptOrStyle() {
    String all =
        text(pages.home(CHATS))
            + chat(answer("x", AnswerState.STREAMING, 3))
            + text(pages.noChat("c1"))
            + text(pages.failure(503, "Away.", 0));
    assertThat(all)
        .doesNotContainPattern("<script(?![^>]*\\ssrc=)")
        .doesNotContainPattern("\\sstyle=")
        .doesNotContain("<style")
        .doesNotContainPattern("\\son[a-z]+=");
  }

  @Test
  void anEmptyListSaysSo() {
    assertThat(text(pages.home(List.of())))
        .contains("data-part=\"none\">No chats yet")
        .contains("data-testid=\"welcome\"");
  }

  private String chat(MessageView... messages) {
    return text(pages.chat(CHATS, new ChatView("c1", List.of(messages))));
  }

  @Test
  void anAnswerWithoutAWordIsExplained() {
    assertThat(chat(answer(" ", AnswerState.DONE, -1))).contains("data-silent");
    assertThat(chat(answer("x", AnswerState.DONE, -1))).doesNotContain("data-silent");
  }

  private static MessageView answer(String text, AnswerState state, long after) {
    return open(text, state, new ChatMessage.Progress(after, Duration.ZERO, false));
  }

  private static MessageView answer(String text, AnswerState state, Remark remark) {
    return new MessageView(
        "m2",
        Role.ASSISTANT,
        text,
        state,
        Optional.of("s1"),
        ChatMessage.Progress.NONE,
        remark,
        true);
  }

  private static MessageView open(String text, AnswerState state, ChatMessage.Progress progress) {
    return new MessageView(
        "m2", Role.ASSISTANT, text, state, Optional.of("s1"), progress, Remark.of(state), true);
  }

  private static String text(byte[] html) {
    return new String(html, UTF_8);
  }
}
