package dev.everbrook.server.acceptance.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static dev.everbrook.server.testing.browser.BrowserPage.bare;
import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.server.testing.browser.BrowserPage;
import dev.everbrook.server.testing.browser.BrowserStage;
import dev.everbrook.server.testing.browser.BrowserTalk;
import dev.everbrook.server.testing.browser.BrowserVisitor;
import dev.everbrook.server.testing.browser.InBrowser;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Several tabs and devices on one chat. */
@InBrowser
final class BrowserTogetherTest {

  private final BrowserStage stage;

  BrowserTogetherTest(BrowserStage stage) {
    this.stage = stage;
  }

  @Test
  void twoDevicesSeeOneAnswerGrowAndEndTheSame() throws Exception {
    String prompt = "Who else reads?";
    try (BrowserTalk talk = BrowserTalk.on(stage.script().to(prompt));
        BrowserVisitor first = stage.visitor(stage.scripted());
        BrowserVisitor second = stage.visitor(stage.scripted())) {
      BrowserPage here = first.open("/").ask(prompt);
      BrowserPage there = second.openChat(here.chat());
      there.awaitGrowth(30);
      here.awaitGrowth(30);
      there.awaitGrowth(30);
      talk.end();
      here.await("done");
      there.await("done");
      assertThat(there.shown()).isEqualTo(here.shown());
      assertThat(bare(here.shown())).isEqualTo(bare(stage.scripted().client().stored(here.chat())));
    }
  }

  @Test
  void whatIsAskedInOneTabAppearsInTheOther() throws Exception {
    stage.script().to("Is this seen?").say("Yes.").end();
    try (BrowserTalk talk = BrowserTalk.on(stage.script().to("And this?"));
        BrowserVisitor visitor = stage.visitor(stage.scripted())) {
      BrowserPage first = visitor.open("/").ask("Is this seen?").await("done");
      BrowserPage second = visitor.openChat(first.chat());
      assertThat(second.messages()).hasCount(2);
      first.ask("And this?");
      assertThat(second.messages()).hasCount(4);
      second.awaitGrowth(30);
      talk.end();
      second.await("done");
      assertThat(second.messages().nth(2).getByTestId("message-body")).hasText("And this?");
      assertThat(second.shown()).isEqualTo(first.await("done").shown());
      assertThat(first.messages()).hasCount(4);
    }
  }

  @Test
  void aStopFromTheSecondTabKeepsTheTextAndARetryTakesItsPlace() throws Exception {
    String prompt = "ask sim-8b: where does it stop? words:600";
    try (BrowserVisitor visitor = stage.visitor()) {
      BrowserPage first = visitor.open("/").ask(prompt).awaitShown(60);
      BrowserPage second = visitor.openChat(first.chat()).awaitShown(80);
      second.answers("stop").click();
      for (BrowserPage page : List.of(first, second)) {
        page.await("cancelled");
        assertThat(page.answers("message-note")).containsText("Stopped");
        assertThat(page.answers("retry")).isVisible();
        assertThat(page.answers("stop")).isHidden();
      }
      String stored = stage.scene().client().stored(first.chat());
      assertThat(stage.scene().answer("sim-8b", prompt)).startsWith(stored);
      assertThat(stored).hasSizeGreaterThanOrEqualTo(80);
      assertThat(bare(first.shown())).isEqualTo(bare(stored));
      assertThat(bare(second.shown())).isEqualTo(bare(stored));

      String stopped = second.answer().getAttribute("data-stream");
      second.answers("retry").click();
      for (BrowserPage page : List.of(first, second)) {
        assertThat(page.answer()).not().hasAttribute("data-stream", stopped);
        page.await("done");
        assertThat(page.messages()).hasCount(2);
        assertThat(bare(page.shown())).isEqualTo(bare(stage.scene().answer("sim-8b", prompt)));
      }
    }
  }

  @Test
  void eightTabsOfOneBrowserAllFollow() throws Exception {
    String prompt = "How many?";
    try (BrowserTalk talk = BrowserTalk.on(stage.script().to(prompt));
        BrowserVisitor visitor = stage.visitor(stage.scripted())) {
      BrowserPage first = visitor.open("/").ask(prompt);
      String chat = first.chat();
      List<BrowserPage> tabs = new ArrayList<>();
      for (int i = 0; i < 7; i++) {
        tabs.add(visitor.openChat(chat));
      }
      for (BrowserPage tab : tabs) {
        tab.awaitGrowth(5);
      }
      talk.end();
      first.await("done");
      for (BrowserPage tab : tabs) {
        assertThat(tab.await("done").shown()).isEqualTo(first.shown());
      }
    }
  }
}
