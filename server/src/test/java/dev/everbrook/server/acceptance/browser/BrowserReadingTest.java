package dev.everbrook.server.acceptance.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Locator;
import dev.everbrook.server.testing.browser.BrowserPage;
import dev.everbrook.server.testing.browser.BrowserScript;
import dev.everbrook.server.testing.browser.BrowserStage;
import dev.everbrook.server.testing.browser.BrowserTalk;
import dev.everbrook.server.testing.browser.BrowserVisitor;
import dev.everbrook.server.testing.browser.InBrowser;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Someone reads while the answer grows. */
@InBrowser
final class BrowserReadingTest {

  private static final Logger log = LoggerFactory.getLogger(BrowserReadingTest.class);

  private static final String PARAGRAPH =
      "The **brook** runs past the old mill and carries `its letters` to the sea. ";
  private static final String CODE =
      "```java\n"
          + "static int depth(List<Stone> stones) {\n  return stones.size();\n}\n".repeat(9)
          + "```\n\n";
  private static final String TABLE =
      "| place | depth |\n|---|---|\n" + "| ford | 3 |\n".repeat(8) + "\n";

  private static final String SELECT =
      """
      () => {
        const text = document.querySelector("[data-live] > p").firstChild;
        getSelection().setBaseAndExtent(text, 4, text, 15);
        return getSelection().toString();
      }
      """;

  private final BrowserStage stage;

  BrowserReadingTest(BrowserStage stage) {
    this.stage = stage;
  }

  @Test
  void whoScrollsUpIsNotMovedAndThePillLeadsBack() throws Exception {
    BrowserScript.Part part = stage.script().to("Tell me all of it.");
    try (BrowserVisitor visitor = stage.visitor(stage.scripted())) {
      BrowserPage page = visitor.open("/").ask("Tell me all of it.");
      Locator scroller = page.page().getByTestId("scroller");
      Locator pill = page.page().getByTestId("latest");
      grow(page, part, 20);
      assertThat(toGo(scroller)).as("sticks to the end").isCloseTo(0, within(2.0));
      assertThat(pill).isHidden();

      scroller.hover();
      page.page().mouse().wheel(0, -400);
      assertThat(pill).isVisible();
      double top = top(scroller);
      double height = number(scroller, "scrollHeight");
      grow(page, part, 20);
      assertThat(number(scroller, "scrollHeight")).isGreaterThan(height + 400);
      assertThat(top(scroller)).isCloseTo(top, within(2.0));

      pill.click();
      assertThat(pill).isHidden();
      grow(page, part, 10);
      assertThat(toGo(scroller)).as("sticks again").isCloseTo(0, within(2.0));
      part.end();
      page.await("done");
      assertThat(toGo(scroller)).isCloseTo(0, within(2.0));
    }
  }

  private static void grow(BrowserPage page, BrowserScript.Part part, int paragraphs) {
    for (int i = 0; i < paragraphs; i++) {
      int before = page.shown().length();
      part.say(PARAGRAPH.repeat(3) + "\n\n");
      page.awaitShown(before + 100);
    }
    page.page()
        .evaluate("() => new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)))");
  }

  private static double top(Locator scroller) {
    return number(scroller, "scrollTop");
  }

  private static double toGo(Locator scroller) {
    return number(scroller, "scrollHeight") - number(scroller, "clientHeight") - top(scroller);
  }

  private static double number(Locator scroller, String property) {
    return ((Number) scroller.evaluate("(it, name) => it[name]", property)).doubleValue();
  }

  @Test
  void aSelectionInTheLiveTextSurvivesItsGrowth() throws Exception {
    BrowserScript.Part part = stage.script().to("Let me copy that.");
    try (BrowserVisitor visitor = stage.visitor(stage.scripted())) {
      BrowserPage page = visitor.open("/").ask("Let me copy that.");
      part.say("The quick brook runs past the mill");
      page.awaitShown(30);
      assertThat(page.page().evaluate(SELECT)).isEqualTo("quick brook");
      for (int i = 0; i < 25; i++) { // a drawing each, 50 ms apart at least
        int before = page.shown().length();
        part.say(" and *on* to the sea");
        page.awaitShown(before + 10);
        assertThat(page.page().evaluate("() => getSelection().toString()"))
            .isEqualTo("quick brook");
      }
      part.say("\n\nAnother paragraph.").end();
      page.await("done");
      assertThat(page.page().evaluate("() => getSelection().toString()")).isEqualTo("quick brook");
    }
  }

  @Test
  void onlyTheStartAndTheEndAreAnnounced() throws Exception {
    BrowserScript.Part part = stage.script().to("Speak, please.");
    try (BrowserVisitor visitor = stage.visitor(stage.scripted())) {
      BrowserPage page = visitor.open("/");
      page.noteStatus();
      page.ask("Speak, please.");
      grow(page, part, 10);
      part.end();
      page.await("done");
      List<?> said = page.statuses();
      assertThat(said).hasSize(2).first().isEqualTo("Answer started");
      assertThat(said.getLast()).isEqualTo("Answer finished");
      assertThat(page.page().getByTestId("messages")).hasAttribute("aria-live", "off");
    }
  }

  @Test
  void aCodeBlockNamesItsLanguageAndCopiesItself() throws Exception {
    stage.script().to("Show me code.").say("Here:\n\n```java\nint depth = 3;\n```\n").end();
    try (BrowserVisitor visitor = stage.visitor(stage.scripted())) {
      BrowserPage page = visitor.open("/");
      page.page().context().grantPermissions(List.of("clipboard-read", "clipboard-write"));
      page.ask("Show me code.").await("done");
      assertThat(page.page().locator("code-block")).hasAttribute("language", "java");
      assertThat(page.page().locator("code-block .hljs-number")).hasText("3");
      page.answers("copy-code").click();
      assertThat(page.answers("copy-code")).hasText("Copied");
      assertThat(clipboard(page).strip()).isEqualTo("int depth = 3;");
      page.answers("copy").click();
      assertThat(page.answers("copy")).hasText("Copied");
      assertThat(clipboard(page)).contains("```java");
    }
  }

  private static String clipboard(BrowserPage page) {
    return (String) page.page().evaluate("() => navigator.clipboard.readText()");
  }

  @Test
  void fourThousandTokensLeaveTheReaderMostOfTheBrowser() throws Exception {
    String prompt = "At length, please.";
    try (BrowserVisitor visitor = stage.visitor(stage.scripted())) {
      BrowserPage page = visitor.open("/");
      CDPSession session = page.page().context().newCDPSession(page.page());
      session.send("Performance.enable", Busy.COUNTED);
      page.ask(prompt);
      Iterator<String> tokens = tokens(4_000).iterator();
      BrowserScript.Part part = stage.script().to(prompt);
      try (BrowserTalk _ = BrowserTalk.of(part, tokens, Duration.ofNanos(1_250_000))) {
        page.awaitShown(1);
        Busy before = Busy.of(session);
        page.await("done");
        double share = Busy.of(session).shareSince(before);
        log.info(
            "4,000 tokens at 800 a second: the page's main thread worked {} % of the time",
            Math.round(share * 100));
        assertThat(share).isLessThan(0.35);
      }
    }
  }

  private static List<String> tokens(int count) {
    String text = PARAGRAPH.repeat(6) + "\n\n" + CODE + "- one stone\n- two stones\n\n" + TABLE;
    List<String> once = List.of(text.split("(?<=[ \\n])"));
    return Stream.generate(() -> once).flatMap(List::stream).limit(count).toList();
  }

  /** How long the page's main thread has worked, in seconds, and when that was read. */
  private record Busy(double seconds, double at) {

    /** In time of the processor, so that a busy machine does not look like a busy page. */
    static final JsonObject COUNTED = new JsonObject();

    static {
      COUNTED.addProperty("timeDomain", "threadTicks");
    }

    static Busy of(CDPSession session) {
      JsonObject metrics = session.send("Performance.getMetrics");
      double at = 0;
      double seconds = 0;
      for (JsonElement metric : metrics.getAsJsonArray("metrics")) {
        JsonObject one = metric.getAsJsonObject();
        switch (one.get("name").getAsString()) {
          case "TaskDuration" -> seconds = one.get("value").getAsDouble();
          case "Timestamp" -> at = one.get("value").getAsDouble();
          default -> {
            // There are forty others.
          }
        }
      }
      return new Busy(seconds, at);
    }

    double shareSince(Busy before) {
      return (seconds - before.seconds) / (at - before.at);
    }
  }
}
