package dev.everbrook.server.acceptance.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Route;
import dev.everbrook.server.testing.browser.BrowserPage;
import dev.everbrook.server.testing.browser.BrowserStage;
import dev.everbrook.server.testing.browser.BrowserVisitor;
import dev.everbrook.server.testing.browser.InBrowser;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A chat that is deleted while it is open elsewhere. */
@InBrowser
final class BrowserDeletedTest {

  private final BrowserStage stage;

  BrowserDeletedTest(BrowserStage stage) {
    this.stage = stage;
  }

  private void delete(String chat) throws Exception {
    assertThat(stage.scene().http().send("DELETE", "/chat/" + chat).status()).isEqualTo(204);
  }

  private static void assertGone(BrowserPage page) {
    assertThat(page.page().getByTestId("gone")).containsText("This chat was deleted");
    assertThat(page.page().getByTestId("gone")).hasAttribute("role", "alert");
    assertThat(page.page().getByTestId("delete-chat")).isHidden();
    assertThat(page.answers("branch")).isHidden();
    assertThat(page.answers("retry")).isHidden();
  }

  @Test
  void thePageSaysSoAndItsDraftBeginsANewChat() throws Exception {
    try (BrowserVisitor visitor = stage.visitor().expectingFailures()) {
      BrowserPage page = visitor.open("/").ask("Not for long. words:9").await("done");
      String chat = page.chat();
      page.write("A thought worth keeping. words:9");
      delete(chat);
      assertGone(page);
      assertThat(page.prompt()).hasValue("A thought worth keeping. words:9");
      assertThat(page.answers("message-body")).isVisible();

      page.prompt().press("Enter");
      page.page().waitForURL(url -> url.contains("/c/") && !url.endsWith(chat));
      assertThat(page.messages()).hasCount(2);
      assertThat(page.page().getByTestId("gone")).isHidden();
      page.await("done");
      assertThat(page.messages()).hasCount(2);
      assertThat(page.page().getByTestId("delete-chat")).isVisible();
    }
  }

  @Test
  void anotherTabOfTheSameBrowserIsToldAtOnceThoughAnAnswerIsBeingWritten() throws Exception {
    try (BrowserVisitor visitor = stage.visitor().expectingFailures()) {
      BrowserPage first = visitor.open("/").ask("ask sim-slow: cut short. words:400");
      first.awaitShown(10);
      BrowserPage second = visitor.openChat(first.chat()).awaitShown(10).write("still mine");
      first.page().getByTestId("delete-chat").click();
      first.page().getByTestId("delete-confirm").click();
      first.page().waitForURL(url -> !url.contains("/c/"));
      assertGone(second);
      assertThat(second.send()).hasAccessibleName("Send");
      assertThat(second.send()).isEnabled();
      assertThat(second.prompt()).hasValue("still mine");
    }
  }

  @Test
  void aPageThatWasOfflineLearnsItWhenItIsBack() throws Exception {
    try (BrowserVisitor visitor = stage.visitor().expectingFailures()) {
      BrowserPage page = visitor.open("/").ask("Away for a while. words:9").await("done");
      page.page().context().setOffline(true);
      delete(page.chat());
      assertThat(page.page().getByTestId("connection")).hasAttribute("data-state", "offline");
      page.page().context().setOffline(false);
      assertGone(page);
    }
  }

  @Test
  void whatIsSentToAChatThatIsGoneIsKept() throws Exception {
    try (BrowserVisitor visitor = stage.visitor().expectingFailures()) {
      BrowserPage page = visitor.open("/").ask("Gone before? words:9").await("done");
      page.page().route("**/chats", route -> {}); // the page does not learn it by itself
      delete(page.chat());
      page.ask("Said too late. words:9");
      assertThat(page.page().getByTestId("problem")).isVisible();
      assertThat(page.prompt()).hasValue("Said too late. words:9");
      assertThat(page.messages()).hasCount(2);
      page.reload();
      assertThat(page.page().getByTestId("not-found")).isVisible();
    }
  }

  @Test
  void aRetryInAChatThatIsGoneSaysThatItIs() throws Exception {
    try (BrowserVisitor visitor = stage.visitor().expectingFailures()) {
      BrowserPage page = visitor.open("/").ask("ask sim-fast!eof@9: retried late. words:20");
      page.await("failed");
      List<Route> looks = new ArrayList<>();
      page.page().route("**/chats", looks::add); // the page does not learn it before the click
      delete(page.chat());
      page.answers("retry").click();
      page.page().unroute("**/chats");
      looks.forEach(Route::resume);
      assertGone(page);
    }
  }

  @Test
  void theDraftOfAnOldLinkIsKeptForANewChat() throws Exception {
    try (BrowserVisitor visitor = stage.visitor().expectingFailures()) {
      BrowserPage page = visitor.open("/").ask("An old link. words:9").await("done");
      String chat = page.chat();
      page.write("from then");
      page.page().navigate("about:blank");
      delete(chat);
      BrowserPage old = visitor.openChat(chat);
      assertThat(old.page().getByTestId("not-found")).containsText("was deleted");
      assertThat(old.page().getByTestId("not-found"))
          .containsText("is kept for your next new chat");
      assertThat(visitor.open("/").prompt()).hasValue("from then");
    }
  }
}
