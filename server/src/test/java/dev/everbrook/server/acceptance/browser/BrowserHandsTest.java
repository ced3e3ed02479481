package dev.everbrook.server.acceptance.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.deque.html.axecore.results.Rule;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.ColorScheme;
import dev.everbrook.server.testing.ChatClient;
import dev.everbrook.server.testing.browser.BrowserPage;
import dev.everbrook.server.testing.browser.BrowserScript;
import dev.everbrook.server.testing.browser.BrowserStage;
import dev.everbrook.server.testing.browser.BrowserVisitor;
import dev.everbrook.server.testing.browser.InBrowser;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** By ear and by keyboard: who speaks, what a button does, and where one is. */
@InBrowser
final class BrowserHandsTest {
  private static final String ANSWER =
      """
      Rivers bend[^1]: \\(x^2\\).

      $$
      y = x
      $$

      ```java
      int x;
      ```

      ```
      plain
      ```

      - [x] done

      | a | b |
      |---|---|
      | 1 | 2 |

      ![A map](https://a.example/m.png)

      [^1]: Leopold.
      """;

  /** Where the focus is; empty when it is lost. */
  private static final String AT =
      "() => { const at = document.activeElement; return !at || at === document.body ? '' : at.dataset.testid ?? at.localName; }";

  private final BrowserStage stage;

  BrowserHandsTest(BrowserStage stage) {
    this.stage = stage;
  }

  private String chat(String prompt) throws Exception {
    stage.script().to(prompt).say(ANSWER).end();
    ChatClient client = stage.scripted().client();
    ChatClient.Begun begun = client.begin(prompt);
    assertThat(client.whole(begun.stream()).text()).isEqualTo(ANSWER);
    return begun.chat();
  }

  private static String at(BrowserPage page) {
    return (String) page.page().evaluate(AT);
  }

  private static Browser.NewContextOptions phone() {
    return new Browser.NewContextOptions().setViewportSize(390, 844);
  }

  @ParameterizedTest
  @CsvSource({"1280, LIGHT", "390, DARK"})
  void everyMessageSaysWhoSpokeAndEveryButtonWhatItCopies(int width, ColorScheme scheme)
      throws Exception {
    String chat = chat("Who speaks at " + width + "?");
    Browser.NewContextOptions look =
        new Browser.NewContextOptions().setViewportSize(width, 844).setColorScheme(scheme);
    try (BrowserVisitor visitor = stage.visitor(stage.scripted(), look)) {
      BrowserPage page = visitor.openChat(chat);
      page.page().context().grantPermissions(List.of("clipboard-read", "clipboard-write"));
      assertThat(page.page().getByTestId("speaker"))
          .hasText(new String[] {"You", BrowserStage.SCRIPTED_MODEL});
      assertThat(page.page().evaluate("() => document.scrollingElement.scrollHeight - innerHeight"))
          .isEqualTo(0);
      assertThat(page.answers("copy")).hasAttribute("aria-label", "Copy answer");
      Locator codes = page.answers("copy-code");
      assertThat(codes.first()).hasAttribute("aria-label", "Copy java code");
      assertThat(codes.last()).hasAttribute("aria-label", "Copy code");
      codes.first().click();
      assertThat(page.page().getByTestId("status")).hasText("Copied");
      assertThat(codes.first()).hasAttribute("aria-label", "Copy java code");
      assertThat(page.answer().locator("math-formula:not([data-state])")).hasCount(0);
      List<String> barriers =
          new AxeBuilder(page.page())
              .analyze().getViolations().stream()
                  .filter(it -> Set.of("serious", "critical").contains(it.getImpact()))
                  .map(BrowserHandsTest::told)
                  .toList();
      assertThat(barriers).isEmpty();
    }
  }

  private static String told(Rule rule) {
    return rule.getId() + ": " + rule.getHelp() + " " + rule.getNodes().getFirst().getHtml();
  }

  @Test
  void theFirstStepLeadsPastTheListToTheQuestion() throws Exception {
    try (BrowserVisitor visitor = stage.visitor(stage.scripted())) {
      BrowserPage page = visitor.openChat(chat("Where does the first step lead?"));
      page.page().evaluate("() => { document.body.tabIndex = -1; document.body.focus(); }");
      page.page().keyboard().press("Tab");
      assertThat(at(page)).isEqualTo("skip");
      assertThat(page.page().getByTestId("skip")).isInViewport();
      page.page().keyboard().press("Enter");
      assertThat(page.prompt()).isFocused();
    }
  }

  @Test
  void theFocusStaysWithTheAnswerThroughStopAndRetry() throws Exception {
    String prompt = "Stop, and again.";
    BrowserScript.Part part = stage.script().to(prompt);
    try (BrowserVisitor visitor = stage.visitor(stage.scripted())) {
      BrowserPage page = visitor.open("/").ask(prompt);
      part.say("Some words ");
      page.awaitShown(5);
      page.answers("stop").focus();
      page.page().keyboard().press("Enter");
      page.await("cancelled");
      assertThat(page.answers("retry")).isFocused();
      part.say("More words ");
      page.page().keyboard().press("Enter");
      page.await("streaming");
      assertThat(page.answers("stop")).isFocused();
      part.say("and the end.").end();
      page.await("done");
      assertThat(at(page)).isNotEmpty();
    }
  }

  @Test
  void aTouchScreenShowsNoRingWhereNoReaderWent() throws Exception {
    String prompt = "A question by thumb";
    stage.script().to(prompt).say("An answer.").end();
    Browser.NewContextOptions phone =
        new Browser.NewContextOptions().setViewportSize(390, 844).setHasTouch(true);
    try (BrowserVisitor visitor = stage.visitor(stage.scripted(), phone)) {
      BrowserPage page = visitor.open("/").ask(prompt);
      page.await("done");
      Locator scroller = page.page().getByTestId("scroller");
      assertThat(scroller).isFocused();
      assertThat(scroller).hasCSS("outline-style", "none");
    }
    try (BrowserVisitor visitor = stage.visitor(stage.scripted())) {
      BrowserPage page = visitor.openChat(chat("A question by hand"));
      page.page().getByTestId("delete-chat").focus();
      page.page().keyboard().press("Tab");
      Locator scroller = page.page().getByTestId("scroller");
      assertThat(scroller).isFocused();
      assertThat(scroller).hasCSS("outline-style", "solid");
      assertThat(scroller).hasCSS("outline-offset", "-2px");
    }
  }

  @Test
  void theFocusReturnsFromADialogAndFromThePill() throws Exception {
    try (BrowserVisitor visitor = stage.visitor(stage.scripted())) {
      BrowserPage page = visitor.openChat(chat("A dialog and back"));
      page.page().getByTestId("delete-chat").click();
      assertThat(page.page().getByTestId("delete-keep")).isFocused();
      page.page().keyboard().press("Escape");
      assertThat(page.page().getByTestId("delete-chat")).isFocused();
      page.page().setViewportSize(1280, 320);
      page.page().getByTestId("scroller").hover();
      page.page().mouse().wheel(0, -4_000);
      assertThat(page.page().getByTestId("latest")).isVisible();
      page.page().getByTestId("latest").focus();
      page.page().keyboard().press("Enter");
      assertThat(page.page().getByTestId("latest")).isHidden();
      assertThat(page.page().getByTestId("scroller")).isFocused();
      page.page().setViewportSize(1280, 800);
      page.page().getByTestId("delete-chat").click();
      page.page().getByTestId("delete-confirm").click();
      page.page().waitForURL("**/");
      assertThat(page.prompt()).isFocused();
    }
  }

  @Test
  void theDrawerClosesAndTheFocusGoesBackToWhatOpenedIt() throws Exception {
    String chat = chat("A drawer");
    try (BrowserVisitor visitor = stage.visitor(stage.scripted(), phone())) {
      BrowserPage page = visitor.openChat(chat);
      Locator drawer = page.page().getByTestId("chat-list");
      Locator menu = page.page().getByTestId("menu");

      menu.click();
      assertThat(page.page().locator("[aria-current=page]")).isFocused();
      page.page().keyboard().press("Escape");
      assertThat(drawer).isHidden();
      assertThat(menu).isFocused();

      menu.click();
      assertThat(drawer).isVisible();
      page.page().mouse().click(385, 500);
      assertThat(drawer).isHidden();
      assertThat(menu).isFocused();

      menu.click();
      for (int i = 0; i < 60 && drawer.isVisible(); i++) {
        page.page().keyboard().press("Tab");
      }
      assertThat(drawer).isHidden();
      assertThat(at(page)).isNotEmpty();

      menu.click();
      page.page().getByTestId("new-chat").click();
      page.page().waitForURL("**/");
      assertThat(drawer).isHidden();
      page.page().goBack();
      page.page().waitForURL("**/c/" + chat);
      assertThat(drawer).isHidden();

      menu.click();
      assertThat(drawer).isVisible();
      page.page().setViewportSize(1280, 800);
      page.page()
          .waitForFunction("() => !document.querySelector('chat-list').matches(':popover-open')");
      assertThat(drawer).isVisible();
    }
  }
}
