package dev.everbrook.server.acceptance.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.deque.html.axecore.results.Rule;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.BoundingBox;
import com.microsoft.playwright.options.ColorScheme;
import dev.everbrook.server.testing.ChatClient;
import dev.everbrook.server.testing.browser.BrowserPage;
import dev.everbrook.server.testing.browser.BrowserStage;
import dev.everbrook.server.testing.browser.BrowserVisitor;
import dev.everbrook.server.testing.browser.InBrowser;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** On a phone, in the dark, by keyboard and by ear. */
@InBrowser
final class BrowserReachTest {

  private static final String WIDE =
      "# A heading that is long enough to need a second line on a phone\n\n"
          + "A paragraph with `inline_code_that_does_not_break_anywhere_by_itself_at_all` and a"
          + " https://example.org/very/long/address/without/any/room/to/break/it/apart/anywhere.\n\n"
          + "1. first, with **bold**\n2. second\n   - nested\n\n> Somebody said so.\n\n"
          + "```java\nstatic final String LONG = \""
          + "brook ".repeat(20)
          + "\"; // wide\n```\n\n"
          + "| place | depth | width | flow | stones | fish |\n|---|--:|--:|--:|--:|:-:|\n"
          + "| the old ford | 3 | 12 | 4.5 | 1,200 | 7 |\n| the mill | 14 | 6 | 4.5 | 80 | 2 |\n\n"
          + "Done.";

  /** Where the focus is, and whether it, or the form around it, shows so. */
  private static final String FOCUS =
      """
      () => {
        const at = document.activeElement;
        if (!at || at === document.body) return "";
        const ringed = [at, at.closest("form")].some((it) => {
          const { outlineStyle, outlineWidth } = it ? getComputedStyle(it) : {};
          return outlineStyle && outlineStyle !== "none" && parseFloat(outlineWidth) > 0;
        });
        return (at.dataset.testid ?? at.dataset.part ?? at.localName) + (ringed ? "" : " without a ring");
      }
      """;

  private final BrowserStage stage;

  BrowserReachTest(BrowserStage stage) {
    this.stage = stage;
  }

  /** How the page is looked at. */
  enum Look {
    WIDE_LIGHT(1280, 800, ColorScheme.LIGHT),
    WIDE_DARK(1280, 800, ColorScheme.DARK),
    PHONE_LIGHT(390, 844, ColorScheme.LIGHT),
    PHONE_DARK(390, 844, ColorScheme.DARK);

    private final int width;
    private final int height;
    private final ColorScheme scheme;

    Look(int width, int height, ColorScheme scheme) {
      this.width = width;
      this.height = height;
      this.scheme = scheme;
    }

    Browser.NewContextOptions options() {
      return new Browser.NewContextOptions().setViewportSize(width, height).setColorScheme(scheme);
    }
  }

  @ParameterizedTest
  @EnumSource(Look.class)
  void everyLookFitsIsReadableAndRaisesNoBarrier(Look look) throws Exception {
    String chat = wideChat();
    try (BrowserVisitor visitor = stage.visitor(stage.scripted(), look.options())) {
      BrowserPage home = visitor.open("/");
      assertFits(home, look);
      assertNoBarrier(home);
      BrowserPage page = visitor.openChat(chat);
      assertThat(page.page().locator("code-block .code-head")).isVisible();
      assertFits(page, look);
      assertNoBarrier(page);
      boolean dark = brightness(picture(page, look.name())) < 0.5;
      assertThat(dark).isEqualTo(look.scheme == ColorScheme.DARK);
      picture(home, look.name() + "_home");
    }
  }

  private String wideChat() throws Exception {
    String prompt = "What does wide text look like?";
    stage.script().to(prompt).say(WIDE).end();
    ChatClient client = stage.scripted().client();
    ChatClient.Begun begun = client.begin(prompt);
    assertThat(client.whole(begun.stream()).text()).isEqualTo(WIDE);
    return begun.chat();
  }

  private static void assertFits(BrowserPage page, Look look) {
    assertThat(page.page().evaluate("() => document.scrollingElement.scrollWidth"))
        .isEqualTo(look.width);
    assertThat(
            page.page()
                .evaluate(
                    "() => { const it = document.querySelector('chat-scroller'); return it.scrollWidth - it.clientWidth; }"))
        .isEqualTo(0);
    for (var shown : List.of(page.prompt(), page.send())) {
      BoundingBox box = shown.boundingBox();
      assertThat(box.x).isGreaterThanOrEqualTo(0);
      assertThat(box.x + box.width).isLessThanOrEqualTo(look.width);
      assertThat(box.y + box.height).isLessThanOrEqualTo(look.height);
    }
  }

  private static void assertNoBarrier(BrowserPage page) {
    List<String> barriers =
        new AxeBuilder(page.page())
            .analyze().getViolations().stream()
                .filter(it -> Set.of("serious", "critical").contains(it.getImpact()))
                .map(BrowserReachTest::told)
                .toList();
    assertThat(barriers).isEmpty();
  }

  private static String told(Rule rule) {
    return rule.getId() + ": " + rule.getHelp() + " " + rule.getNodes().getFirst().getHtml();
  }

  private static byte[] picture(BrowserPage page, String name) {
    Path file = Path.of("target", "browser", name.toLowerCase(Locale.ROOT) + ".png");
    return page.page().screenshot(new Page.ScreenshotOptions().setPath(file));
  }

  /** The mean of all points: 0 is black, 1 is white. */
  private static double brightness(byte[] png) throws Exception {
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(png));
    int width = image.getWidth();
    int[] points = image.getRGB(0, 0, width, image.getHeight(), null, 0, width);
    return Arrays.stream(points).mapToDouble(rgb -> (rgb >> 8 & 0xff) / 255.0).average().orElse(0);
  }

  @Test
  void theKeyboardReachesEverythingAndShowsWhereItIs() throws Exception {
    try (BrowserVisitor visitor = stage.visitor(stage.scripted())) {
      BrowserPage page = visitor.openChat(wideChat());
      assertThat(page.page().locator("code-block .code-head")).isVisible();
      page.write("By hand.");
      page.page().evaluate("() => document.activeElement.blur()");
      Set<String> reached = new LinkedHashSet<>();
      for (int i = 0; i < 60 && !reached.contains("prompt"); i++) {
        page.page().keyboard().press("Tab");
        reached.add((String) page.page().evaluate(FOCUS));
      }
      assertThat(reached)
          .contains("new-chat", "chat-link", "scroller", "copy", "copy-code", "prompt", "send")
          .contains("stream-toggle")
          .noneMatch(it -> it.endsWith("without a ring"));
    }
  }

  @Test
  void aQuestionIsAskedByKeyboardAlone() throws Exception {
    try (BrowserVisitor visitor = stage.visitor()) {
      BrowserPage page = visitor.open("/");
      assertThat(page.prompt()).isFocused();
      page.page().keyboard().type("ask sim-slow: by hand? words:40");
      page.page().keyboard().press("Enter");
      assertThat(page.messages()).hasCount(2);
      assertThat(page.prompt()).isFocused();
      assertThat(page.answers("stop")).isVisible();
      for (int i = 0; i < 60 && !"stop".equals(page.page().evaluate(FOCUS)); i++) {
        page.page().keyboard().press("Shift+Tab");
      }
      page.page().keyboard().press("Enter");
      page.await("cancelled");
    }
  }

  @Test
  void onAPhoneTheListIsADrawer() throws Exception {
    try (BrowserVisitor visitor = stage.visitor(stage.scripted(), Look.PHONE_LIGHT.options())) {
      BrowserPage page = visitor.openChat(wideChat());
      assertThat(page.page().getByTestId("chat-list")).isHidden();
      page.page().getByTestId("menu").click();
      assertThat(page.page().getByTestId("chat-list")).isVisible();
      picture(page, "phone_drawer");
      page.page().keyboard().press("Escape");
      assertThat(page.page().getByTestId("chat-list")).isHidden();
    }
  }
}
