package dev.everbrook.server.acceptance.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static dev.everbrook.server.testing.browser.BrowserPage.bare;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Request;
import dev.everbrook.server.testing.Http;
import dev.everbrook.server.testing.Reader;
import dev.everbrook.server.testing.browser.BrowserPage;
import dev.everbrook.server.testing.browser.BrowserScript;
import dev.everbrook.server.testing.browser.BrowserStage;
import dev.everbrook.server.testing.browser.BrowserVisitor;
import dev.everbrook.server.testing.browser.InBrowser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What leaves the composer, and what does not. */
@InBrowser
final class BrowserSendingTest {

  /** Notes every text that the last answer has shown, from now on. */
  private static final String NOTE_TEXTS =
      """
      () => {
        window.texts = [];
        new MutationObserver(() => {
          const body = [...document.querySelectorAll('chat-message[data-role="assistant"] [data-part="body"]')].at(-1);
          if (body && body.textContent !== window.texts.at(-1)) window.texts.push(body.textContent);
        }).observe(document.querySelector(".transcript"), { subtree: true, childList: true, characterData: true });
      }
      """;

  /** An Enter with which an input method takes a word. */
  private static final String COMPOSE =
      """
      (field) => {
        field.dispatchEvent(new CompositionEvent("compositionstart", { bubbles: true }));
        for (const more of [{ isComposing: true }, { keyCode: 229 }]) {
          field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true, ...more }));
        }
        field.dispatchEvent(new CompositionEvent("compositionend", { bubbles: true }));
      }
      """;

  private final BrowserStage stage;

  BrowserSendingTest(BrowserStage stage) {
    this.stage = stage;
  }

  @Test
  void aDoubleClickIsOneMessageAndOneCallOfTheProvider() throws Exception {
    String model = "sim-8b!comment!nodone"; // nobody else asks this one
    try (BrowserVisitor visitor = stage.visitor()) {
      BrowserPage page = visitor.open("/").write("ask " + model + ": sent once? words:20");
      page.send().dblclick();
      page.prompt().press("Enter");
      page.await("done");
      assertThat(page.messages()).hasCount(2);
      assertThat(stage.scene().client().messages(page.chat())).hasSize(2);
    }
    assertThat(calls(model)).isEqualTo(1);
  }

  private long calls(String model) throws Exception {
    return stage.scene().simulator().journal().calls().stream()
        .filter(call -> call.model().equals(model))
        .count();
  }

  @Test
  void withoutStreamingTheAnswerComesOnceAndWhole() throws Exception {
    String model = "sim-8b!comment";
    try (BrowserVisitor visitor = stage.visitor()) {
      BrowserPage page = visitor.open("/");
      page.page().getByTestId("stream-toggle").uncheck();
      page.page().evaluate(NOTE_TEXTS);
      page.ask("ask " + model + ": all at once? words:150").await("done");
      String stored = stage.scene().client().stored(page.chat());
      assertThat(bare(page.shown())).isEqualTo(bare(stored));
      List<?> texts = (List<?>) page.page().evaluate("() => window.texts.filter(Boolean)");
      assertThat(texts).hasSize(1);
      assertThat(page.messages()).hasCount(2);

      page.reload();
      assertThat(page.page().getByTestId("stream-toggle")).not().isChecked();
      assertThat(bare(page.shown())).isEqualTo(bare(stored));
    }
    assertThat(calls(model)).isEqualTo(1);
  }

  @Test
  void anAnswerWaitedForAsAWholeCanBeStopped() throws Exception {
    try (BrowserVisitor visitor = stage.visitor()) {
      BrowserPage page = visitor.open("/").ask("First. words:3").await("done");
      page.page().getByTestId("stream-toggle").uncheck();
      page.ask("ask sim-slow: stop me. words:100");
      page.answers("stop").click();
      page.await("cancelled");
      assertThat(page.answers("message-note")).containsText("Stopped");
    }
  }

  @Test
  void aWholeAnswerThatTheProviderRefusedKeepsItsQuestion() throws Exception {
    stage.script().to("May I?").refuse(401);
    stage.script().to("On credit?").refuse(402);
    try (BrowserVisitor visitor = stage.visitor(stage.scripted()).expectingFailures()) {
      for (String prompt : List.of("May I?", "On credit?")) {
        BrowserPage page = visitor.open("/");
        page.page().getByTestId("stream-toggle").uncheck();
        page.ask(prompt);
        assertThat(stage.scripted().client().messages(page.chat())).hasSize(2);
        page.await("failed");
        assertThat(page.answers("message-note")).containsText("The");
        assertThat(page.answers("details")).isVisible();
        assertThat(page.messages()).hasCount(2);
        assertThat(page.page().getByTestId("problem")).isEmpty();
        assertThat(page.prompt()).hasValue("");
      }
    }
  }

  /**
   * The page looks at the chat while its own question is on the way, and finds its answer there.
   */
  @Test
  void anAnswerThatIsFoundBeforeItsReceiptArrivesIsShownOnce() throws Exception {
    Http http = stage.scripted().http();
    stage.script().to("First of all.").say("Yes.").end();
    BrowserScript.Part part = stage.script().to("Found early?").say("Only once, please.");
    try (BrowserVisitor visitor = stage.visitor(stage.scripted())) {
      BrowserPage page = visitor.open("/").ask("First of all.").await("done");
      BrowserPage other = visitor.open("/");
      page.page()
          .route(
              "**/chat",
              route -> {
                take(http, route.request());
                other.page().evaluate("() => new BroadcastChannel('everbrook').postMessage('x')");
                page.awaitShown(18);
                route.resume();
              });
      page.ask("Found early?");
      assertThat(page.send()).hasAttribute("aria-disabled", "false");
      page.awaitShown(18);
      part.say(" Thanks.").end();
      page.await("done");
      assertThat(page.shown()).isEqualTo("Only once, please. Thanks.");
      assertThat(page.messages()).hasCount(4);
    }
  }

  private static void take(Http http, Request request) {
    try (Reader taken =
        http.postAndFollow(
            "/chat",
            request.postData(),
            "Content-Type",
            "application/json",
            "Idempotency-Key",
            request.headerValue("idempotency-key"))) {
      assertThat(taken.status()).isEqualTo(200);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void anEnterThatTakesAWordOfAnInputMethodSendsNothing() throws Exception {
    try (BrowserVisitor visitor = stage.visitor()) {
      BrowserPage page = visitor.open("/").write("にほん words:3");
      page.prompt().evaluate(COMPOSE);
      assertThat(page.prompt()).hasValue("にほん words:3");
      assertThat(page.messages()).hasCount(0);
      page.prompt().press("Shift+Enter");
      assertThat(page.messages()).hasCount(0);
      page.prompt().press("Enter");
      assertThat(page.messages()).hasCount(2);
      page.await("done");
    }
  }

  @Test
  void aDraftSurvivesAReloadAndOneThatIsTooLongIsNotSent() throws Exception {
    try (BrowserVisitor visitor = stage.visitor()) {
      BrowserPage page = visitor.open("/").write("half a thought");
      page.reload();
      assertThat(page.prompt()).hasValue("half a thought");
      page.write("x".repeat(1_001));
      assertThat(page.page().getByTestId("count")).hasText("1001 of 1000");
      assertThat(page.send()).isDisabled();
      page.prompt().press("Enter");
      assertThat(page.messages()).hasCount(0);
    }
  }

  @Test
  void whatCouldNotBeSentIsKeptAndSentAgainOnce() throws Exception {
    try (BrowserVisitor visitor = stage.visitor().expectingFailures()) {
      BrowserPage page = visitor.open("/").write("Is the line up? words:9");
      page.page().context().setOffline(true);
      page.send().click();
      assertThat(page.page().getByTestId("problem")).containsText("could not be reached");
      assertThat(page.prompt()).hasValue("Is the line up? words:9");
      assertThat(page.messages()).hasCount(0);
      page.page().context().setOffline(false);
      page.send().click();
      page.await("done");
      assertThat(page.messages()).hasCount(2);
      assertThat(page.page().getByTestId("problem")).isEmpty();
    }
  }
}
