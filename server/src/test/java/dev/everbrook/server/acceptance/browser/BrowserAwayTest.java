package dev.everbrook.server.acceptance.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static dev.everbrook.server.testing.browser.BrowserPage.bare;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.assertions.LocatorAssertions;
import dev.everbrook.server.testing.DatabaseLine;
import dev.everbrook.server.testing.Scene;
import dev.everbrook.server.testing.browser.BrowserPage;
import dev.everbrook.server.testing.browser.BrowserScript;
import dev.everbrook.server.testing.browser.BrowserStage;
import dev.everbrook.server.testing.browser.BrowserTalk;
import dev.everbrook.server.testing.browser.BrowserVisitor;
import dev.everbrook.server.testing.browser.InBrowser;
import java.io.IOException;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The page while the server, or its database, is not there. */
@InBrowser
final class BrowserAwayTest {

  private static final int BANNER_MAX_MS = 3_000;

  private final BrowserStage stage;

  BrowserAwayTest(BrowserStage stage) {
    this.stage = stage;
  }

  /** A server whose way to its database can be broken. */
  private record Place(DatabaseLine line, Scene scene) implements AutoCloseable {

    static Place open() throws Exception {
      Scene scene = Scene.empty(UnaryOperator.identity());
      DatabaseLine line = DatabaseLine.to(scene.told());
      scene.another(line::through);
      return new Place(line, scene);
    }

    @Override
    public void close() throws IOException {
      line.mend();
      scene.close();
      line.close();
    }
  }

  @ParameterizedTest
  @EnumSource(DatabaseLine.Break.class)
  void aDatabaseThatIsAwayIsToldWithinThreeSecondsAndItsReturnToo(DatabaseLine.Break how)
      throws Exception {
    try (Place place = Place.open();
        BrowserVisitor visitor = stage.visitor(place.scene()).expectingFailures();
        BrowserVisitor late = stage.visitor(place.scene()).expectingFailures()) {
      BrowserPage page = visitor.open("/").ask("Is it there? words:5").await("done");
      Locator banner = page.page().getByTestId("connection");
      place.line().breaks(how);
      assertThat(banner)
          .hasAttribute(
              "data-state",
              "away",
              new LocatorAssertions.HasAttributeOptions().setTimeout(BANNER_MAX_MS));
      assertThat(banner).containsText("database does not answer");

      BrowserPage other = late.openChat(page.chat());
      assertThat(other.page().getByTestId("trying-again")).isVisible();
      assertThat(other.page().getByTestId("failure")).containsText("database");
      place.line().mend();
      assertThat(banner).hasAttribute("data-state", "live");
      assertThat(banner).isHidden();
      assertThat(other.messages()).hasCount(2);
      assertThat(other.page()).hasURL(page.page().url());
      page.ask("And now? words:5");
      assertThat(page.messages()).hasCount(4);
      page.await("done");
    }
  }

  @Test
  void withoutScriptsAPageThatFailedTriesAgainToo() throws Exception {
    Browser.NewContextOptions plain = new Browser.NewContextOptions().setJavaScriptEnabled(false);
    try (Place place = Place.open();
        BrowserVisitor visitor = stage.visitor(place.scene(), plain).expectingFailures()) {
      place.line().breaks(DatabaseLine.Break.CUT);
      BrowserPage page = visitor.open("/");
      assertThat(page.page().getByTestId("trying-again")).isVisible();
      page.page().waitForURL(url -> url.contains("again=1"));
      place.line().mend();
      assertThat(page.page().getByTestId("welcome")).isVisible();
    }
  }

  @Test
  void afterARestartTextThatBeginsAnewSaysSoAndTheBannerGoesWithIt() throws Exception {
    String prompt = "From the beginning?";
    BrowserScript script = stage.script();
    try (BrowserTalk talk = BrowserTalk.on(script.to(prompt));
        Scene scene =
            Scene.start(told ->
                told.withModel(script.baseUrl(), BrowserStage.SCRIPTED_MODEL)
                    .with("EVERBROOK_CONTINUE", "off"));
        BrowserVisitor visitor = stage.visitor(scene).expectingFailures()) {
      String port = Integer.toString(scene.server().base().getPort());
      BrowserPage page = visitor.open("/").ask(prompt).awaitShown(100);
      Locator banner = page.page().getByTestId("connection");
      assertThat(page.answers("anew")).isHidden();
      scene.process().kill9();
      assertThat(banner).hasAttribute("data-state", "reconnecting");
      assertThat(banner).not().containsText("goes on meanwhile");
      scene.another(told -> told.with("EVERBROOK_PORT", port));
      assertThat(page.answers("anew")).containsText("Begun again");
      assertThat(banner).hasAttribute("data-state", "live");
      page.awaitGrowth(20).reload();
      assertThat(page.answers("anew")).containsText("Begun again");
      page.awaitGrowth(20);
      talk.end();
      page.await("done");
      assertThat(page.answers("anew")).containsText("Begun again");
      assertThat(bare(page.shown())).isEqualTo(bare(scene.client().stored(page.chat())));
    }
  }

  @Test
  void aServerThatIsBackIsSaidToBeThoughNothingIsBeingWritten() throws Exception {
    try (Scene scene = Scene.start();
        BrowserVisitor visitor = stage.visitor(scene).expectingFailures()) {
      String port = Integer.toString(scene.server().base().getPort());
      BrowserPage page = visitor.open("/").ask("Quiet? words:5").await("done");
      Locator banner = page.page().getByTestId("connection");
      scene.process().kill9();
      assertThat(banner)
          .hasAttribute(
              "data-state",
              "reconnecting",
              new LocatorAssertions.HasAttributeOptions().setTimeout(BANNER_MAX_MS));
      scene.another(told -> told.with("EVERBROOK_PORT", port));
      assertThat(banner).hasAttribute("data-state", "live");
    }
  }
}
