package dev.everbrook.server.chat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class PagesTest {
  private static final List<ChatSummary> CHATS =
      List.of(
          new ChatSummary("c2", "<b>Later</b>", Instant.parse("2026-11-02T00:00:00Z")),
          new ChatSummary("c1", "Rivers", Instant.parse("2026-11-01T00:00:00Z")));

  private final Pages pages = new Pages(new PageContext("tiny-model", true), Assets.load());

  @Test
  void allStoredTextIsInTheHtml() {
    String html =
        chat(MessageView.question("m1", "What is 1 < 2?"), answer("**Very** true", State.DONE, -1));
    assertThat(html)
        .contains("data-id=\"m1\"")
        .contains("What is 1 &lt; 2?")
        .contains("<strong>Very</strong> true")
        .contains("data-state=\"done\"")
        .contains("<title>Rivers · Everbrook</title>");
  }

  @Test
  void anOpenAnswerCarriesWhereItGoesOn() {
    String html = chat(answer("Half a **wor </template>", State.STREAMING, 41));
    assertThat(html)
        .contains("data-stream=\"s1\"")
        .contains("data-after=\"41\"")
        .contains("data-state=\"streaming\"")
        .contains("<template data-part=\"source\">Half a **wor &lt;/template&gt;</template>");
  }

  @Test
  void aClosedAnswerCarriesItsTextOnce() {
    assertThat(chat(answer("once", State.DONE, -1)))
        .doesNotContain("data-part=\"source\"")
        .containsOnlyOnce("once");
  }

  @Test
  void aFailureIsExplainedInWords() {
    var failed =
        new MessageView(
            "m2",
            Role.ASSISTANT,
            "",
            State.FAILED,
            Optional.of("s1"),
            -1,
            Optional.of("The provider is <down>"),
            false);
    assertThat(chat(failed)).contains("The provider is &lt;down&gt;").contains(State.FAILED.note());
  }

  @Test
  void theListMarksTheCurrentChatAndEscapesTitles() {
    assertThat(chat(answer("x", State.DONE, -1)))
        .contains("href=\"/c/c1\" aria-current=\"page\">Rivers</a>")
        .contains("href=\"/c/c2\">&lt;b&gt;Later&lt;/b&gt;</a>");
  }

  @Test
  void simulatedTextSaysSo() {
    assertThat(chat(answer("x", State.DONE, -1))).contains("data-testid=\"simulated\"");
    assertThat(text(pages.home(List.of()))).contains("data-testid=\"simulated-model\"");
  }

  @Test
  void noPageNeedsAnInlineScriptOrStyle() {
    String all =
        text(pages.home(CHATS)) + chat(answer("x", State.STREAMING, 3)) + text(pages.notFound());
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
    assertThat(chat(answer(" ", State.DONE, -1))).contains("data-silent", MessageView.SILENT);
    assertThat(chat(answer("x", State.DONE, -1))).doesNotContain("data-silent");
  }

  private static MessageView answer(String text, State state, long after) {
    return new MessageView(
        "m2", Role.ASSISTANT, text, state, Optional.of("s1"), after, Optional.empty(), true);
  }

  private static String text(byte[] html) {
    return new String(html, UTF_8);
  }
}
