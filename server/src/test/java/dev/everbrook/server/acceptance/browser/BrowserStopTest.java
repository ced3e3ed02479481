package dev.everbrook.server.acceptance.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static dev.everbrook.server.testing.browser.BrowserPage.bare;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.BoundingBox;
import dev.everbrook.server.testing.Http;
import dev.everbrook.server.testing.browser.BrowserPage;
import dev.everbrook.server.testing.browser.BrowserStage;
import dev.everbrook.server.testing.browser.BrowserTalk;
import dev.everbrook.server.testing.browser.BrowserVisitor;
import dev.everbrook.server.testing.browser.InBrowser;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the composer does while answers are on their way: it stops them, and keeps what is written.
 */
@InBrowser
final class BrowserStopTest {

  private static final String CANCELS = "**/v1/streams/*/cancel";

  /** An Escape with which an input method drops a word. */
  private static final String COMPOSE =
      """
      (field) => {
        for (const more of [{ isComposing: true }, { keyCode: 229 }, { shiftKey: true }, { repeat: true }]) {
          field.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true, cancelable: true, ...more }));
        }
      }
      """;

  private final BrowserStage stage;

  BrowserStopTest(BrowserStage stage) {
    this.stage = stage;
  }

  @ParameterizedTest
  @ValueSource(ints = {390, 1280})
  void theButtonThatSendsStopsWhileAnAnswerRuns(int width) throws Exception {
    Browser.NewContextOptions size = new Browser.NewContextOptions().setViewportSize(width, 844);
    try (BrowserVisitor visitor = stage.visitor(stage.scene(), size)) {
      BrowserPage page = visitor.open("/");
      assertThat(page.send()).hasAccessibleName("Send");
      page.write("ask sim-slow: on and on. words:400");
      page.send().click();
      assertThat(page.send()).hasAccessibleName("Stop");
      BoundingBox box = page.send().boundingBox();
      assertThat(Math.min(box.width, box.height)).isGreaterThanOrEqualTo(44);
      page.awaitShown(10).write("kept");
      page.send().click();
      page.await("cancelled");
      assertThat(page.shown()).isNotBlank();
      assertThat(page.send()).hasAccessibleName("Send");
      assertThat(page.send()).isEnabled();
      assertThat(page.prompt()).hasValue("kept");
      assertThat(page.messages()).hasCount(2);
    }
  }

  @Test
  void escapeStopsWhereNothingElseIsMeantByIt() throws Exception {
    try (BrowserVisitor visitor = stage.visitor()) {
      BrowserPage page = visitor.open("/").ask("ask sim-slow: stop by hand. words:400");
      page.awaitShown(10).write("half a word");
      page.prompt().evaluate(COMPOSE);
      page.page().getByTestId("delete-chat").click();
      page.page().keyboard().press("Escape");
      assertThat(page.page().getByTestId("delete-dialog")).isHidden();
      page.awaitGrowth(10);
      assertThat(page.send()).hasAccessibleName("Stop");

      page.page().keyboard().press("Escape");
      page.await("cancelled");
      assertThat(page.prompt()).hasValue("half a word");
      page.page().keyboard().press("Escape");
      assertThat(page.prompt()).hasValue("half a word");
    }
  }

  @Test
  void escapeClosesTheDrawerFirst() throws Exception {
    Browser.NewContextOptions phone = new Browser.NewContextOptions().setViewportSize(390, 844);
    try (BrowserVisitor visitor = stage.visitor(stage.scene(), phone)) {
      BrowserPage page = visitor.open("/").ask("ask sim-slow: behind it. words:400");
      page.awaitShown(5);
      page.page().getByTestId("menu").click();
      page.page().keyboard().press("Escape");
      assertThat(page.page().getByTestId("chat-list")).isHidden();
      page.awaitGrowth(5);
      page.page().keyboard().press("Escape");
      page.await("cancelled");
    }
  }

  @Test
  void enterKeepsTheTextAndSaysWhyItWaits() throws Exception {
    try (BrowserTalk talk = BrowserTalk.on(stage.script().to("Who waits?"));
        BrowserVisitor visitor = stage.visitor(stage.scripted())) {
      BrowserPage page = visitor.open("/").ask("Who waits?").awaitShown(10);
      page.prompt().press("Enter");
      assertThat(page.page().getByTestId("waits")).isEmpty();
      page.ask("The next one");
      assertThat(page.page().getByTestId("waits")).containsText("still being written");
      assertThat(page.page().getByTestId("waits")).hasAttribute("role", "status");
      assertThat(page.prompt()).hasValue("The next one");
      assertThat(page.messages()).hasCount(2);
      page.reload();
      assertThat(page.prompt()).hasValue("The next one");
      page.prompt().press("Enter");
      assertThat(page.page().getByTestId("waits")).isVisible();
      talk.end();
      page.await("done");
      assertThat(page.page().getByTestId("waits")).isEmpty();
      assertThat(page.prompt()).hasValue("The next one");
      assertThat(page.messages()).hasCount(2);
    }
  }

  @Test
  void allAnswersOfTheChatAreStopped() throws Exception {
    Http http = stage.scene().http();
    String prompt = "ask sim-slow: one of two. words:400";
    String chat = stage.scene().client().begin(prompt).chat();
    http.postAndFollow("/chat", Map.of("prompt", prompt, "stream", true, "chatId", chat)).close();
    try (BrowserVisitor visitor = stage.visitor()) {
      BrowserPage page = visitor.openChat(chat);
      assertThat(page.messages()).hasCount(4);
      assertThat(page.send()).hasAccessibleName("Stop 2 answers");
      page.send().click();
      page.await("cancelled");
      assertThat(page.messages().nth(1)).hasAttribute("data-state", "cancelled");
      assertThat(page.send()).hasAccessibleName("Send");
    }
  }

  @Test
  void aStopIsAskedForOnceHoweverOftenItIsPressed() throws Exception {
    try (BrowserVisitor visitor = stage.visitor()) {
      BrowserPage page = visitor.open("/").ask("ask sim-slow: enough? words:400");
      AtomicInteger asked = new AtomicInteger();
      page.page().onRequest(it -> asked.addAndGet(it.url().endsWith("/cancel") ? 1 : 0));
      page.awaitShown(10);
      page.send().dblclick();
      page.page().keyboard().press("Escape");
      page.await("cancelled");
      assertThat(asked).hasValue(1);
    }
  }

  @Test
  void aStopThatDidNotReachTheServerSaysSoAndCanBeRepeated() throws Exception {
    try (BrowserVisitor visitor = stage.visitor().expectingFailures()) {
      BrowserPage page = visitor.open("/").ask("ask sim-slow: far away. words:400");
      page.awaitShown(10);
      for (boolean answered : List.of(false, true)) {
        page.page().route(CANCELS, it -> fail(it, answered));
        page.send().click();
        assertThat(page.page().getByTestId("problem")).containsText("was not stopped");
        assertThat(page.send()).hasAccessibleName("Stop");
        page.page().unroute(CANCELS);
      }
      page.send().click();
      page.await("cancelled");
      assertThat(page.page().getByTestId("problem")).isEmpty();
    }
  }

  private static void fail(Route route, boolean answered) {
    if (answered) {
      route.fulfill(
          new Route.FulfillOptions()
              .setStatus(503)
              .setContentType("application/json")
              .setBody("{\"message\": \"Come again.\"}"));
    } else {
      route.abort();
    }
  }

  @Test
  void whatIsStoppedBeforeTheServerHasTakenItIsStoppedThen() throws Exception {
    try (BrowserVisitor visitor = stage.visitor()) {
      BrowserPage page = visitor.open("/");
      page.page()
          .route(
              "**/chat",
              route -> {
                page.page().keyboard().press("Escape");
                route.resume();
              });
      page.ask("ask sim-slow: too late? words:400").await("cancelled");
      assertThat(page.page().getByTestId("message-note"))
          .hasText("Stopped. Any text so far is kept; Retry asks again.");
      assertThat(stage.scene().client().answer(page.chat()).path("state").asString())
          .isEqualTo("cancelled");
    }
  }

  @Test
  void withoutStreamingAllButTheTextIsThereAtOnce() throws Exception {
    String prompt = "All of it, later?";
    try (BrowserTalk talk = BrowserTalk.on(stage.script().to(prompt));
        BrowserVisitor visitor = stage.visitor(stage.scripted())) {
      BrowserPage page = visitor.open("/");
      page.page().getByTestId("stream-toggle").uncheck();
      page.ask(prompt);
      String chat = page.chat();
      assertThat(page.send()).hasAccessibleName("Stop");
      assertThat(page.answers("stop")).isVisible();
      assertThat(page.answers("message-note")).containsText("Being written");
      try (BrowserVisitor other = stage.visitor(stage.scripted())) {
        other.openChat(chat).awaitShown(30);
      }
      assertThat(page.answers("message-body")).isEmpty();
      talk.end();
      page.await("done");
      assertThat(bare(page.shown())).isEqualTo(bare(stage.scripted().client().stored(chat)));
      assertThat(page.answers("message-note")).isHidden();
      assertThat(page.page().getByTestId("prompt")).isFocused();
    }
  }

  @Test
  void anAnswerShownAsAWholeKeepsWhatWasWrittenWhenItIsStopped() throws Exception {
    String prompt = "Half of it?";
    try (BrowserTalk talk = BrowserTalk.on(stage.script().to(prompt));
        BrowserVisitor visitor = stage.visitor(stage.scripted())) {
      BrowserPage page = visitor.open("/");
      page.page().getByTestId("stream-toggle").uncheck();
      page.ask(prompt);
      try (BrowserVisitor other = stage.visitor(stage.scripted())) {
        other.openChat(page.chat()).awaitShown(30);
      }
      page.page().keyboard().press("Escape");
      page.await("cancelled");
      assertThat(page.shown()).hasSizeGreaterThanOrEqualTo(30);
      assertThat(bare(page.shown())).isEqualTo(bare(stage.scripted().client().stored(page.chat())));
      talk.end();
    }
  }
}
