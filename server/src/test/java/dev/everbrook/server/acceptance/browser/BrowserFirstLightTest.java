package dev.everbrook.server.acceptance.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static dev.everbrook.server.testing.browser.BrowserPage.bare;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import dev.everbrook.server.testing.ChatClient;
import dev.everbrook.server.testing.Scene;
import dev.everbrook.server.testing.browser.BrowserPage;
import dev.everbrook.server.testing.browser.BrowserStage;
import dev.everbrook.server.testing.browser.BrowserVisitor;
import dev.everbrook.server.testing.browser.InBrowser;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Someone asks, for the first time. */
@InBrowser
final class BrowserFirstLightTest {

  private final BrowserStage stage;

  BrowserFirstLightTest(BrowserStage stage) {
    this.stage = stage;
  }

  @Test
  void aQuestionGetsAnAnswerThatGrowsAndEndsAsItIsStored() throws Exception {
    try (BrowserVisitor visitor = stage.visitor()) {
      BrowserPage page = visitor.open("/");
      assertThat(page.page().getByTestId("welcome")).isVisible();
      page.ask("ask sim-8b: how does a river begin? words:400").awaitGrowth(40).awaitGrowth(40);
      assertThat(page.page().getByTestId("welcome")).isHidden();
      page.await("done");
      String stored = stage.scene().client().stored(page.chat());
      assertThat(bare(page.shown())).isEqualTo(bare(stored));
      assertThat(stored)
          .isEqualTo(
              stage.scene().answer("sim-8b", "ask sim-8b: how does a river begin? words:400"));
    }
  }

  @Test
  void aNewChatGetsAnAddressAndStandsInTheList() throws Exception {
    try (BrowserVisitor visitor = stage.visitor()) {
      BrowserPage page = visitor.open("/").ask("Where do the lanterns go?").await("done");
      String chat = page.chat();
      assertThat(page.page().locator("[data-chat='" + chat + "'] a"))
          .hasText("Where do the lanterns go?");
      assertThat(page.page().locator("[data-chat='" + chat + "'] a"))
          .hasAttribute("aria-current", "page");
      assertThat(page.page()).hasTitle("Where do the lanterns go? · Everbrook");
      page.page().getByTestId("new-chat").click();
      assertThat(page.messages()).hasCount(0);
      page.page().locator("[data-chat='" + chat + "'] a").click();
      assertThat(page.messages()).hasCount(2);
    }
  }

  @Test
  void aLongQuestionIsTheSameTitleAtOnceAndAfterAReload() throws Exception {
    try (BrowserVisitor visitor = stage.visitor()) {
      BrowserPage page =
          visitor.open("/").ask("Where do all of these many lanterns go\n".repeat(3));
      String title = "Where do all of these many lanterns go Where do all of thes…";
      assertThat(page.page().getByTestId("title")).hasText(title);
      assertThat(page.page()).hasTitle(title + " · Everbrook");
      page.await("done").reload();
      assertThat(page.page().getByTestId("title")).hasText(title);
    }
  }

  @Test
  void aSecondQuestionIsAskedInTheSameChat() throws Exception {
    try (BrowserVisitor visitor = stage.visitor()) {
      BrowserPage page = visitor.open("/").ask("One? words:5").await("done");
      String chat = page.chat();
      page.ask("And two? words:7");
      assertThat(page.messages()).hasCount(4);
      page.await("done");
      assertThat(page.chat()).isEqualTo(chat);
      String first = stage.scene().answer(Scene.MODEL, "One? words:5");
      String second = stage.scene().answer(Scene.MODEL, "One? words:5", first, "And two? words:7");
      assertThat(bare(page.shown())).isEqualTo(bare(second));
    }
  }

  @Test
  void theStoredTextIsThereWithoutAnyScript() throws Exception {
    ChatClient.Begun begun = stage.scene().client().begin("ask sim-fast: words:60");
    String stored = stage.scene().client().whole(begun.stream()).text();
    Browser.NewContextOptions plain = new Browser.NewContextOptions().setJavaScriptEnabled(false);
    try (BrowserVisitor visitor = stage.visitor(stage.scene(), plain)) {
      BrowserPage page = visitor.openChat(begun.chat());
      List<String> texts = page.page().getByTestId("message-body").allTextContents();
      assertThat(texts).first().isEqualTo("ask sim-fast: words:60");
      assertThat(bare(texts.getLast())).isEqualTo(bare(stored));
      assertThat(page.answers("message-body")).isVisible();
      assertThat(page.page().getByTestId("chat-link").first()).isVisible();
    }
  }

  @Test
  void aChatThatIsNotThereIsExplained() throws Exception {
    try (BrowserVisitor visitor = stage.visitor().expectingFailures()) {
      BrowserPage page = visitor.openChat("00000000-0000-7000-8000-000000000000");
      assertThat(page.page().getByTestId("not-found")).isVisible();
    }
  }
}
