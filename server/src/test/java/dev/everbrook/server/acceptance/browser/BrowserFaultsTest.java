package dev.everbrook.server.acceptance.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static dev.everbrook.server.testing.browser.BrowserPage.bare;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.assertions.LocatorAssertions;
import dev.everbrook.server.testing.Scene;
import dev.everbrook.server.testing.browser.BrowserPage;
import dev.everbrook.server.testing.browser.BrowserStage;
import dev.everbrook.server.testing.browser.BrowserVisitor;
import dev.everbrook.server.testing.browser.InBrowser;
import dev.everbrook.simulator.Numbering;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the page says when the provider goes wrong. */
@InBrowser
final class BrowserFaultsTest {

  /** Keeps what the page says of the answer, from now on. */
  private static final String NOTE_WORDS =
      """
      () => {
        window.words = [];
        new MutationObserver(() => {
          window.words.push(document.querySelector('chat-message [data-part="note"]')?.textContent);
        }).observe(document.querySelector(".transcript"), { subtree: true, childList: true });
      }
      """;

  private final BrowserStage stage;

  BrowserFaultsTest(BrowserStage stage) {
    this.stage = stage;
  }

  /** An answer on its way, how it is expected to end, and a tab that shows it. */
  private record Asked(String fault, String state, String words, String chat) {

    static Asked of(Scene scene, String fault, String state) throws Exception {
      return of(scene, fault, state, "Retry asks the model again");
    }

    static Asked of(Scene scene, String fault, String state, String words) throws Exception {
      return new Asked(fault, state, words, scene.client().begin(prompt(fault)).chat());
    }

    boolean canBeRetried() {
      return words.contains("Retry asks");
    }

    static String prompt(String fault) {
      return "ask sim-fast!" + fault + ": what now? words:20";
    }
  }

  @Test
  void aFaultThatStaysIsExplainedInItsOwnWordsAndRetriedWhereThatHelps() throws Exception {
    Scene scene = stage.scene();
    List<Asked> all = new ArrayList<>();
    for (String fault : List.of("drop@9", "eof@9", "nofinish!nodone")) {
      all.add(
          Asked.of(
              scene,
              fault,
              "failed",
              "broke in the middle of the answer. The text so far is kept; Retry asks the model again"));
    }
    for (String fault : List.of("500", "503", "html502", "err200", "errmid@9")) {
      all.add(
          Asked.of(
              scene,
              fault,
              "failed",
              "The provider is failing or overloaded. Retry asks the model again"));
    }
    all.add(Asked.of(scene, "badjson@9", "failed"));
    all.add(Asked.of(scene, "401", "failed", "does not accept this server's API key."));
    all.add(Asked.of(scene, "len@9", "incomplete", "limit on length before it was done."));
    all.add(Asked.of(scene, "empty", "done", "without a word. Retry asks the model again"));
    try (BrowserVisitor visitor = stage.visitor()) {
      List<BrowserPage> pages = all.stream().map(it -> visitor.openChat(it.chat())).toList();
      for (int i = 0; i < pages.size(); i++) {
        String live = explained(pages.get(i), all.get(i));
        pages.get(i).reload();
        assertThat(explained(pages.get(i), all.get(i))).isEqualTo(live);
      }
    }
  }

  private static LocatorAssertions.IsVisibleOptions visible(boolean visible) {
    return new LocatorAssertions.IsVisibleOptions().setVisible(visible);
  }

  private static String explained(BrowserPage page, Asked asked) {
    page.await(asked.state());
    assertThat(page.answers("message-note")).isVisible();
    assertThat(page.answers("message-note")).containsText(asked.words());
    assertThat(page.answers("retry")).isVisible(visible(asked.canBeRetried()));
    assertThat(page.answers("stop")).isHidden();
    return bare(page.answers("message-note").textContent());
  }

  @Test
  void aFaultThatHarmsNothingIsNotMentioned() throws Exception {
    try (BrowserVisitor visitor = stage.visitor()) {
      for (String fault : List.of("nodone!split", "crlf!bom!comment", "glue!dupusage", "500*2")) {
        Asked asked = Asked.of(stage.scene(), fault, "done");
        BrowserPage page = visitor.openChat(asked.chat()).await(asked.state());
        assertThat(page.answers("message-note")).isHidden();
        assertThat(page.answers("retry")).isHidden();
        String whole = stage.scene().answer("sim-fast", Asked.prompt(fault));
        assertThat(bare(page.shown())).isEqualTo(bare(whole));
      }
    }
  }

  @Test
  void aRefusalIsShownAsWhatTheModelSaid() throws Exception {
    try (BrowserVisitor visitor = stage.visitor()) {
      BrowserPage page = visitor.open("/").ask("ask sim-fast!refuse: do harm").await("done");
      assertThat(page.shown()).isNotBlank();
      assertThat(bare(page.shown())).isEqualTo(bare(stage.scene().client().stored(page.chat())));
    }
  }

  @Test
  void whatTakesTooLongIsEndedAndExplained() throws Exception {
    try (Scene scene = Scene.within(told -> told.with("EVERBROOK_ANSWER_MAX_SECONDS", "2"));
        BrowserVisitor visitor = stage.visitor(scene).expectingFailures()) {
      // What a server does for the first time takes long, and the answer's time is short here.
      scene.client().whole(scene.client().begin("Are you awake? words:3").stream());
      BrowserPage stalled = visitor.open("/").ask("ask sim-8b!stall@9: hello? words:20");
      BrowserPage busy = visitor.open("/").ask("ask sim-8b!429@1: anyone? words:20");
      BrowserPage whole = visitor.open("/");
      whole.page().getByTestId("stream-toggle").uncheck();
      whole.ask("ask sim-8b!stall@9: all of it? words:20");
      for (BrowserPage page : List.of(stalled, busy, whole)) {
        page.await("failed");
        assertThat(page.answers("message-note")).containsText("Retry asks the model again");
        assertThat(page.answers("retry")).isVisible();
      }
      assertThat(stalled.shown()).as("what arrived is kept").isNotBlank();
    }
  }

  @Test
  void whileTheProviderIsBusyThePageSaysWhenItGoesOn() throws Exception {
    try (BrowserVisitor visitor = stage.visitor()) {
      BrowserPage page = visitor.open("/").ask("ask sim-8b!429@3*1: a seat? words:20");
      assertThat(page.answers("message-note")).containsText("provider is busy");
      assertThat(page.answers("message-note")).containsText("goes on by itself in ");
      assertThat(page.answers("stop")).isVisible();
      page.await("done");
      assertThat(page.answers("message-note")).isHidden();
    }
  }

  @Test
  void afterACutOnlyTheNewTextIsShown() throws Exception {
    String prompt = "ask sim-8b!drop@60*1: where was I? words:100";
    try (BrowserVisitor visitor = stage.visitor()) {
      BrowserPage page = visitor.open("/");
      page.page().evaluate(NOTE_WORDS);
      page.ask(prompt).await("done");
      assertThat((String) page.page().evaluate("() => window.words.join()"))
          .as("what was said before the new beginning")
          .contains("The server asks again by itself");
      assertThat(bare(page.shown())).isEqualTo(bare(stage.scene().answer("sim-8b", prompt)));
      assertThat(Numbering.faultIn(page.shown())).isEmpty();
    }
  }
}
