package dev.everbrook.server.acceptance.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.BoundingBox;
import dev.everbrook.server.testing.browser.BrowserPage;
import dev.everbrook.server.testing.browser.BrowserStage;
import dev.everbrook.server.testing.browser.BrowserVisitor;
import dev.everbrook.server.testing.browser.InBrowser;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Branch a chat and delete it, in the page. */
@InBrowser
final class BrowserAfterTest {

  private final BrowserStage stage;

  BrowserAfterTest(BrowserStage stage) {
    this.stage = stage;
  }

  @Test
  void anAnswerIsBranchedIntoAChatOfItsOwn() throws Exception {
    try (BrowserVisitor visitor = stage.visitor()) {
      BrowserPage page = visitor.open("/").ask("Where does it fork? words:25").await("done");
      String origin = page.chat();
      page.ask("And where does it end? words:25");
      assertThat(page.messages()).hasCount(4);
      page.await("done");
      String first = page.messages().nth(1).getByTestId("message-body").innerText();

      page.messages().nth(1).getByTestId("branch").click();
      page.page().waitForURL(url -> url.contains("/c/") && !url.endsWith(origin));
      assertThat(page.messages()).hasCount(2);
      assertThat(page.answers("message-body")).hasText(first);
      assertThat(page.page().getByTestId("title")).hasText("Where does it fork? words:25 (branch)");
      page.ask("Somewhere else? words:25");
      assertThat(page.messages()).hasCount(4);
      page.await("done");
    }
  }

  @Test
  void anAnswerThatIsNotCompleteOffersNoBranch() throws Exception {
    try (BrowserVisitor visitor = stage.visitor()) {
      BrowserPage page = visitor.open("/").ask("ask sim-slow: not yet? words:400");
      page.awaitShown(10);
      assertThat(page.answers("branch")).isHidden();
      page.answers("stop").click();
      page.await("cancelled");
      assertThat(page.answers("branch")).isHidden();
    }
  }

  @Test
  void aChatIsDeletedByKeyboardAfterAQuestionThatCanBeDeclined() throws Exception {
    try (BrowserVisitor visitor = stage.visitor()) {
      BrowserPage page = visitor.open("/");
      Locator delete = page.page().getByTestId("delete-chat");
      assertThat(delete).isHidden();
      page.ask("Shall it go? words:25").await("done");
      String chat = page.chat();
      Locator dialog = page.page().getByTestId("delete-dialog");

      delete.focus();
      page.page().keyboard().press("Enter");
      assertThat(dialog).isVisible();
      assertThat(dialog).hasAccessibleName("Delete this chat?");
      assertThat(page.page().getByTestId("delete-keep")).isFocused();
      page.page().keyboard().press("Escape");
      assertThat(dialog).isHidden();
      assertThat(delete).isFocused();
      page.page().keyboard().press("Enter");
      page.page().keyboard().press("Enter");
      assertThat(dialog).isHidden();
      assertThat(page.messages()).hasCount(2);

      page.page().keyboard().press("Enter");
      page.page().keyboard().press("Tab");
      assertThat(page.page().getByTestId("delete-confirm")).isFocused();
      page.page().keyboard().press("Enter");
      page.page().waitForURL(url -> !url.contains("/c/"));
      assertThat(page.page().getByTestId("welcome")).isVisible();
      assertThat(page.page().locator("[data-chat='" + chat + "']")).hasCount(0);
      assertThat(stage.scene().http().get("/chat/" + chat).status()).isEqualTo(404);
    }
  }

  @Test
  void anAnswerThatWasRemovedSaysSoAndCanBeAskedForAgain() throws Exception {
    try (BrowserVisitor visitor = stage.visitor()) {
      BrowserPage page = visitor.open("/").ask("Is it still there? words:25").await("done");
      String stream = page.answer().getAttribute("data-stream");
      stage.scene().http().send("DELETE", "/v1/streams/" + stream);
      page.reload().await("removed");

      assertThat(page.answers("message-note"))
          .hasText("This answer was removed. Retry asks again.");
      assertThat(page.answers("copy")).isHidden();
      assertThat(page.answers("branch")).isHidden();
      page.answers("retry").click();
      page.await("done");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {390, 1280})
  void bothActionsFitAndHaveNames(int width) throws Exception {
    Browser.NewContextOptions size = new Browser.NewContextOptions().setViewportSize(width, 844);
    try (BrowserVisitor visitor = stage.visitor(stage.scene(), size)) {
      BrowserPage page = visitor.open("/").ask("Is there room? words:25").await("done");
      Locator delete = page.page().getByTestId("delete-chat");

      assertThat(delete).hasAccessibleName("Delete chat");
      assertThat(page.answers("branch")).hasAccessibleName("Branch: begin a new chat from here");
      delete.click();
      Locator confirm = page.page().getByTestId("delete-confirm");
      Locator keep = page.page().getByTestId("delete-keep");
      for (Locator shown : List.of(delete, page.answers("branch"), confirm, keep)) {
        BoundingBox box = shown.boundingBox();
        assertThat(box.x).isGreaterThanOrEqualTo(0);
        assertThat(box.x + box.width).isLessThanOrEqualTo(width);
        assertThat(box.height).isGreaterThanOrEqualTo(24);
      }
      assertThat(page.page().evaluate("() => document.scrollingElement.scrollWidth"))
          .isEqualTo(width);
      keep.click();
      assertThat(page.messages()).hasCount(2);
    }
  }
}
