package dev.everbrook.server.acceptance.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static dev.everbrook.server.testing.browser.BrowserPage.bare;
import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.server.testing.Scene;
import dev.everbrook.server.testing.browser.BrowserPage;
import dev.everbrook.server.testing.browser.BrowserStage;
import dev.everbrook.server.testing.browser.BrowserTalk;
import dev.everbrook.server.testing.browser.BrowserVisitor;
import dev.everbrook.server.testing.browser.InBrowser;
import dev.everbrook.simulator.Numbering;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Someone asks, walks away, and comes back. */
@InBrowser
final class BrowserComebackTest {

  private static final Logger log = LoggerFactory.getLogger(BrowserComebackTest.class);

  private final BrowserStage stage;

  BrowserComebackTest(BrowserStage stage) {
    this.stage = stage;
  }

  @Test
  void anAnswerLeftByClosingTheTabIsWholeOnAnotherDeviceAndStillStreaming() throws Exception {
    String prompt = "Who walks away?";
    try (BrowserTalk talk = BrowserTalk.on(stage.script().to(prompt))) {
      String chat;
      String before;
      try (BrowserVisitor first = stage.visitor(stage.scripted())) {
        BrowserPage page = first.open("/").ask(prompt);
        before = page.awaitShown(100).shown();
        chat = page.chat();
      }
      try (BrowserVisitor second = stage.visitor(stage.scripted())) {
        BrowserPage page = second.openChat(chat);
        assertThat(bare(page.shown())).startsWith(bare(before));
        page.awaitGrowth(40);
        talk.end();
        assertWhole(page.await("done"), stage.scripted());
      }
    }
  }

  @Test
  void aRefreshAtThreeRandomMomentsLosesAndDoublesNothing() throws Exception {
    long seed = System.nanoTime();
    log.info("refresh at random moments, seed {}", seed);
    Random random = new Random(seed);
    String prompt = "And then?";
    try (BrowserTalk talk = BrowserTalk.on(stage.script().to(prompt));
        BrowserVisitor visitor = stage.visitor(stage.scripted())) {
      BrowserPage page = visitor.open("/").ask(prompt);
      page.chat();
      for (int i = 0; i < 3; i++) {
        String before = page.awaitGrowth(random.nextInt(1, 200)).shown();
        page.reload();
        assertThat(bare(page.shown())).as("seed " + seed).startsWith(bare(before));
      }
      page.awaitGrowth(20);
      talk.end();
      assertWhole(page.await("done"), stage.scripted());
    }
  }

  @Test
  void aKilledServerIsWaitedForAndTheAnswerGoesOn() throws Exception {
    String prompt = "ask sim-8b: who mends the line? words:200";
    try (Scene scene = Scene.start(told -> told.with("EVERBROOK_CONTINUE", "on"));
        BrowserVisitor visitor = stage.visitor(scene).expectingFailures()) {
      int port = scene.server().base().getPort();
      BrowserPage page = visitor.open("/").ask(prompt).awaitShown(120);
      scene.process().kill9();
      String before = page.shown();
      assertThat(page.page().getByTestId("connection")).hasAttribute("data-state", "reconnecting");
      assertThat(page.page().getByTestId("connection")).containsText("Reconnecting");
      scene.another(told -> told.with("EVERBROOK_PORT", Integer.toString(port)));
      assertThat(page.page().getByTestId("connection")).hasAttribute("data-state", "live");
      page.await("done");
      assertThat(bare(page.shown())).startsWith(bare(before));
      assertThat(scene.client().stored(page.chat())).isEqualTo(scene.answer("sim-8b", prompt));
      assertWhole(page, scene);
    }
  }

  @Test
  void withoutNetworkThePageSaysSoAndCatchesUpAfterwards() throws Exception {
    try (BrowserVisitor visitor = stage.visitor().expectingFailures()) {
      BrowserPage page = visitor.open("/").ask("ask sim-8b: who is there? words:120");
      page.awaitShown(100);
      page.page().context().setOffline(true);
      assertThat(page.page().getByTestId("connection")).hasAttribute("data-state", "offline");
      page.page().context().setOffline(false);
      assertThat(page.page().getByTestId("connection")).hasAttribute("data-state", "live");
      page.await("done");
      assertWhole(page, stage.scene());
    }
  }

  private static void assertWhole(BrowserPage page, Scene scene) throws Exception {
    String stored = scene.client().stored(page.chat());
    assertThat(bare(page.shown())).isEqualTo(bare(stored));
    assertThat(Numbering.faultIn(page.shown())).isEmpty();
  }
}
