package dev.everbrook.server.acceptance.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.server.testing.browser.BrowserPage;
import dev.everbrook.server.testing.browser.BrowserScript;
import dev.everbrook.server.testing.browser.BrowserStage;
import dev.everbrook.server.testing.browser.BrowserVisitor;
import dev.everbrook.server.testing.browser.InBrowser;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A provider that takes its time before its first word. */
@InBrowser
final class BrowserWaitingTest {

  private static final Pattern WAITING = Pattern.compile("Still waiting, (\\d+) s");

  private final BrowserStage stage;

  BrowserWaitingTest(BrowserStage stage) {
    this.stage = stage;
  }

  private static int waited(BrowserPage page) {
    assertThat(page.answers("message-note")).containsText(WAITING);
    Matcher words = WAITING.matcher(page.answers("message-note").textContent());
    assertThat(words.find()).isTrue();
    return Integer.parseInt(words.group(1));
  }

  @Test
  void howLongIsCountedFromTheAskingThroughAReloadUntilTheFirstWord() throws Exception {
    String prompt = "Are you loading?";
    BrowserScript.Part part = stage.script().to(prompt);
    try (BrowserVisitor visitor = stage.visitor(stage.scripted())) {
      BrowserPage page = visitor.open("/").ask(prompt);
      int before = waited(page);
      assertThat(page.answers("message-note")).containsText("Still waiting, " + (before + 3));
      page.reload(); // from now on counted from when the server took the question, a little later
      assertThat(waited(page)).isGreaterThan(before);
      part.say("Here.");
      assertThat(page.answers("message-note")).isHidden();
      part.end();
      page.await("done");
      assertThat(page.answers("message-note")).isHidden();
    }
  }

  @Test
  void aScreenReaderIsToldNowAndThenAndNotEverySecond() throws Exception {
    String prompt = "Are you still loading?";
    BrowserScript.Part part = stage.script().to(prompt);
    try (BrowserVisitor visitor = stage.visitor(stage.scripted())) {
      BrowserPage page = visitor.open("/");
      page.page().clock().install();
      page.ask(prompt);
      page.await("streaming");
      page.noteStatus();
      page.page().clock().runFor(125_000);
      assertThat(waited(page)).isGreaterThanOrEqualTo(125);
      List<?> said = page.statuses();
      assertThat(said).hasSize(4);
      assertThat(said.getFirst()).isEqualTo("Still waiting, 10 seconds");
      part.say("Here.").end();
      page.page().clock().runFor(1_000);
      page.await("done");
    }
  }
}
