package dev.everbrook.server.acceptance.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.Media;
import dev.everbrook.server.testing.Http;
import dev.everbrook.server.testing.Reader;
import dev.everbrook.server.testing.browser.BrowserPage;
import dev.everbrook.server.testing.browser.BrowserStage;
import dev.everbrook.server.testing.browser.BrowserVisitor;
import dev.everbrook.server.testing.browser.InBrowser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Replies that do not arrive, problems that pass, and settings that hold for each way to ask. */
@InBrowser
final class BrowserLostReplyTest {

  private static final String TOLD = "() => dispatchEvent(new Event('focus'))";

  private final BrowserStage stage;

  BrowserLostReplyTest(BrowserStage stage) {
    this.stage = stage;
  }

  /** The server gets it; the page hears nothing. */
  private static void loseReplyOnce(BrowserPage page, Http http, String path) {
    page.page()
        .route(
            path,
            route -> {
              take(http, route.request());
              route.abort();
            },
            new Page.RouteOptions().setTimes(1));
  }

  private static void take(Http http, Request request) {
    String key = request.headers().getOrDefault("idempotency-key", UUID.randomUUID().toString());
    String body = request.postData() == null ? "" : request.postData();
    try (Reader taken =
        http.postAndFollow(
            URI.create(request.url()).getPath(),
            body,
            "Content-Type",
            "application/json",
            "Idempotency-Key",
            key)) {
      assertThat(taken.status()).isBetween(200, 202);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Locator problem(BrowserPage page) {
    return page.page().getByTestId("problem");
  }

  @Test
  void aQuestionWhoseReplyWasLostIsShownOnceWhenItIsSentAgain() throws Exception {
    try (BrowserVisitor visitor = stage.visitor().expectingFailures()) {
      BrowserPage page = visitor.open("/").ask("First. words:3").await("done");
      loseReplyOnce(page, stage.scene().http(), "**/chat");
      page.ask("Lost on the way? words:9");
      assertThat(page.prompt()).hasValue("Lost on the way? words:9");
      page.page().evaluate(TOLD);
      assertThat(page.messages()).hasCount(4);
      page.await("done");
      assertThat(problem(page)).isEmpty();

      page.send().click();
      assertThat(page.prompt()).hasValue("");
      assertThat(page.page().locator("[data-role=user]")).hasCount(2);
      assertThat(page.messages()).hasCount(4);
      page.await("done");
      page.page().waitForResponse("**/chat/*?content=none", () -> page.page().evaluate(TOLD));
      assertThat(page.messages()).hasCount(4);
      assertThat(stage.scene().client().messages(page.chat())).hasSize(4);
    }
  }

  @Test
  void aFirstQuestionWhoseReplyWasLostAndARetryToo() throws Exception {
    try (BrowserVisitor visitor = stage.visitor().expectingFailures()) {
      BrowserPage page = visitor.open("/");
      loseReplyOnce(page, stage.scene().http(), "**/chat");
      page.ask("ask sim-slow: lost at first. words:300");
      assertThat(page.messages()).hasCount(0);
      page.send().click();
      assertThat(page.messages()).hasCount(2);
      page.awaitShown(5).answers("stop").click();
      page.await("cancelled");

      loseReplyOnce(page, stage.scene().http(), "**/retry");
      page.answers("retry").click();
      page.awaitShown(5);
      assertThat(page.messages()).hasCount(2);
      assertThat(problem(page)).isEmpty();
      page.answers("stop").click();
      page.await("cancelled");
      assertThat(stage.scene().client().messages(page.chat())).hasSize(2);
    }
  }

  @Test
  void aProblemInTheServersOwnWordsGoesWithItsCauseAndOneOfTheQuestionStays() throws Exception {
    String busy = "All connections of this server to the database are in use.";
    try (BrowserVisitor visitor = stage.visitor().expectingFailures()) {
      BrowserPage page = visitor.open("/").ask("First. words:3").await("done");
      fail(page, 503, busy);
      page.ask("Second. words:3");
      assertThat(problem(page)).hasText(busy);
      assertThat(problem(page)).isEmpty();
      assertThat(page.prompt()).hasValue("Second. words:3");

      fail(page, 422, "This question cannot be taken.");
      page.send().click();
      assertThat(problem(page)).hasText("This question cannot be taken.");
      page.page().waitForResponse("**/chat/*?content=none", () -> page.page().evaluate(TOLD));
      assertThat(problem(page)).hasText("This question cannot be taken.");
      page.write("Third. words:3");
      assertThat(problem(page)).isEmpty();
    }
  }

  private static void fail(BrowserPage page, int status, String message) {
    page.page()
        .route(
            "**/chat",
            route ->
                route.fulfill(
                    new Route.FulfillOptions()
                        .setStatus(status)
                        .setContentType("application/json")
                        .setBody("{\"message\":\"" + message + "\"}")),
            new Page.RouteOptions().setTimes(1));
  }

  @Test
  void theSettingKeepsTheFocusAndHoldsForARetryToo() throws Exception {
    try (BrowserVisitor visitor = stage.visitor()) {
      BrowserPage page = visitor.open("/").write("ask sim-slow: whole the second time? words:300");
      Locator toggle = page.page().getByTestId("stream-toggle");
      page.prompt().press("Enter");
      page.awaitShown(5);
      toggle.focus();
      assertThat(toggle).hasAttribute("aria-disabled", "true");
      page.page().keyboard().press("Space");
      assertThat(toggle).isChecked();
      assertThat(toggle).isFocused();
      page.answers("stop").click();
      page.await("cancelled");
      assertThat(toggle).not().hasAttribute("aria-disabled", "true");
      toggle.uncheck();

      page.answers("retry").click();
      page.await("streaming");
      assertThat(page.answers("message-note")).containsText("when it is complete");
      assertThat(page.shown()).isEmpty();
      page.answers("stop").click();
      page.await("cancelled");
    }
  }

  @Test
  void paperHoldsTheChatAndNothingElse() throws Exception {
    try (BrowserVisitor visitor = stage.visitor().expectingFailures()) {
      BrowserPage page = visitor.open("/").ask("What stays? words:9").await("done");
      page.ask("ask sim-fast!401: refused");
      assertThat(page.messages()).hasCount(4);
      page.await("failed").write("A draft that is not part of it.");
      assertThat(stage.scene().http().send("DELETE", "/chat/" + page.chat()).status())
          .isEqualTo(204);
      page.page().evaluate(TOLD);
      assertThat(page.page().getByTestId("gone")).containsText("deleted");
      page.page().emulateMedia(new Page.EmulateMediaOptions().setMedia(Media.PRINT));
      List<?> shown =
          (List<?>)
              page.page()
                  .evaluate(
                      """
                      () => [...document.body.querySelectorAll("*")]
                        .filter((it) => it.checkVisibility() && [...it.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
                        .filter((it) => it.closest("chat-message .speaker, chat-message [data-part=body], chat-message [data-part=said], .badge, h1") === null)
                        .map((it) => it.outerHTML)
                      """);
      assertThat(shown).isEmpty();
    }
  }
}
