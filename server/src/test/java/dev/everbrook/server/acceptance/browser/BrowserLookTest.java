package dev.everbrook.server.acceptance.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.Media;
import dev.everbrook.server.testing.ChatClient;
import dev.everbrook.server.testing.Http;
import dev.everbrook.server.testing.browser.BrowserPage;
import dev.everbrook.server.testing.browser.BrowserScript;
import dev.everbrook.server.testing.browser.BrowserStage;
import dev.everbrook.server.testing.browser.BrowserVisitor;
import dev.everbrook.server.testing.browser.InBrowser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an answer looks like: formulas, notes, tables, directions, and all of it on paper. */
@InBrowser
final class BrowserLookTest {
  private static final Path PICTURES = Path.of("target", "browser");

  private static final String FORMULAS =
      "Euler found \\(e^{i\\pi} + 1 = 0\\), and it costs $5 and $6.\n\n"
          + "$$\n\\int_0^1 x_1^2 \\, dx = \\frac{1}{3}\n$$\n\n"
          + "\\[ \\sum_{k=1}^{n} k = \\frac{n(n+1)}{2} \\]\n\n"
          + "Broken: \\(\\frac{1}{\\) and a bomb: \\(\\def\\a{\\a\\a}\\a\\)"
          + " and huge: \\(\\rule{999999em}{999999em}\\) and away: \\(\\href{https://evil.example}{x}\\)"
          + " and \\(\\includegraphics{https://evil.example/x.png}\\).\n\n"
          + "Code: `\\(x\\)`.\n";

  private static final String TABLE =
      "| Place | What is known of it | Depth | Who looked | Remark |\n|---|---|--:|---|---|\n"
          + ("| The old ford | Shallow in summer, and crossed by cattle since the mill was built | 3"
                  + " | The miller and his two sons | Closed whenever the snow of the hills melts |\n")
              .repeat(4);

  private static final String REST =
      """
      مرحبا بالعالم `code` و\\(x\\)

      - שלום
      - one

      From 100~200, ~~gone~~.

      - [ ] open
      - [x] done

      ![A map](https://a.example/m.png) Rivers bend[^1] and fall[^fall].

      [^1]: See *Leopold*.
      [^fall]: By weight.
      """;

  private final BrowserStage stage;

  BrowserLookTest(BrowserStage stage) {
    this.stage = stage;
  }

  private String chat(String prompt, String answer) throws Exception {
    stage.script().to(prompt).say(answer).end();
    ChatClient client = stage.scripted().client();
    ChatClient.Begun begun = client.begin(prompt);
    assertThat(client.whole(begun.stream()).text()).isEqualTo(answer);
    return begun.chat();
  }

  private static void picture(BrowserPage page, String name) {
    page.page()
        .screenshot(
            new Page.ScreenshotOptions().setPath(PICTURES.resolve("look_" + name + ".png")));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void formulasAreDrawnAndWhatIsNoneStaysAsItIs(boolean live) throws Exception {
    String prompt = "Formulas, live " + live;
    try (BrowserVisitor visitor = stage.visitor(stage.scripted())) {
      BrowserPage page;
      if (live) {
        BrowserScript.Part part = stage.script().to(prompt);
        page = visitor.open("/").ask(prompt);
        part.sayAll(List.of(FORMULAS.split("(?<=[ \\n{])")));
        part.end();
        page.await("done");
      } else {
        page = visitor.openChat(chat(prompt, FORMULAS));
      }
      Locator formulas = page.answer().locator("math-formula");
      assertThat(formulas).hasCount(8);
      assertThat(page.answer().locator("math-formula:not([data-state])")).hasCount(0);
      assertThat(page.answer().locator("math-formula[display=block] .katex-display")).hasCount(2);
      assertThat(page.answer().locator("math-formula math").first()).isAttached();
      assertThat(formulas.nth(3)).hasText("\\(\\frac{1}{\\)");
      assertThat(formulas.nth(4)).hasText("\\(\\def\\a{\\a\\a}\\a\\)");
      assertThat(formulas.nth(6)).hasText("\\(\\href{https://evil.example}{x}\\)");
      assertThat(page.answer()).containsText("it costs $5 and $6.");
      assertThat(page.answer().locator("code")).hasText("\\(x\\)");
      assertThat(page.answer().locator("a")).hasCount(0);
      assertThat(
              page.page()
                  .evaluate(
                      "() => document.fonts.ready.then(() => document.fonts.check('16px KaTeX_Main'))"))
          .isEqualTo(true);
      assertThat(fits(page)).isTrue();
      picture(page, "formulas_" + live);
    }
  }

  private static boolean fits(BrowserPage page) {
    return (boolean)
        page.page()
            .evaluate(
                "() => { const it = document.querySelector('chat-scroller'); return it.scrollWidth <= it.clientWidth; }");
  }

  @Test
  void aModuleThatCouldNotBeFetchedIsFetchedAgain() throws Exception {
    String chat = chat("Both modules", "\\(x^2\\)\n\n```java\nint x = 3;\n```\n");
    AtomicInteger refused = new AtomicInteger();
    try (BrowserVisitor visitor = stage.visitor(stage.scripted()).expectingFailures()) {
      BrowserPage blank = visitor.open("/");
      blank
          .page()
          .context()
          .route(
              url -> url.contains("/assets/math-") || url.contains("/assets/highlight-"),
              route -> {
                if (refused.getAndIncrement() < 3) {
                  route.abort();
                } else {
                  route.resume();
                }
              });
      BrowserPage page = visitor.openChat(chat);
      assertThat(page.answer().locator("math-formula .katex")).isVisible();
      assertThat(page.answer().locator(".hljs-number")).hasText("3");
      assertThat(refused.get()).isGreaterThan(3);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aTableOnAPhoneKeepsItsColumnsAndScrollsInsideItself(boolean dark) throws Exception {
    String chat =
        chat(
            "A table, dark " + dark, "Before.\n\n" + TABLE + "\n| a | b |\n|---|---|\n| 1 | 2 |\n");
    Browser.NewContextOptions phone =
        new Browser.NewContextOptions()
            .setViewportSize(390, 844)
            .setColorScheme(dark ? ColorScheme.DARK : ColorScheme.LIGHT);
    try (BrowserVisitor visitor = stage.visitor(stage.scripted(), phone)) {
      BrowserPage page = visitor.openChat(chat);
      Locator box = page.answer().locator("table-box").first();
      assertThat(box).hasAttribute("role", "region");
      assertThat(box)
          .hasAttribute(
              "aria-label", "Table: Place, What is known of it, Depth, Who looked, Remark");
      assertThat(number(box, "it.scrollWidth - it.clientWidth")).isGreaterThan(100);
      assertThat(
              number(box, "Math.max(...[...it.querySelectorAll('tr')].map(r => r.offsetHeight))"))
          .isLessThan(150);
      assertThat(number(box, "Math.min(...[...it.querySelectorAll('td')].map(c => c.offsetWidth))"))
          .isGreaterThanOrEqualTo(72);
      box.focus();
      page.page().keyboard().press("ArrowRight");
      page.page().waitForFunction("() => document.querySelector('table-box').scrollLeft > 0");
      Locator small = page.answer().locator("table-box").last();
      assertThat(number(small, "it.scrollWidth - it.clientWidth")).isEqualTo(0);
      assertThat(fits(page)).isTrue();
      picture(page, "table_" + dark);
    }
  }

  private static double number(Locator locator, String what) {
    return ((Number) locator.evaluate("it => " + what)).doubleValue();
  }

  @Test
  void everyBlockHasItsOwnDirectionAndNotesLeadToEachOtherWithinTheirAnswer() throws Exception {
    String prompt = "Everything else";
    stage.script().to(prompt).say(REST).end();
    try (BrowserVisitor visitor = stage.visitor(stage.scripted())) {
      BrowserPage page = visitor.open("/").ask(prompt).await("done");
      stage.script().to("Again").say(REST).end();
      page.ask("Again");
      assertThat(page.messages()).hasCount(4);
      page.await("done");
      Object directions =
          page.answer()
              .getByTestId("message-body")
              .locator("p, li, code")
              .evaluateAll("all => all.slice(0, 4).map(it => getComputedStyle(it).direction)");
      assertThat(directions).isEqualTo(List.of("rtl", "ltr", "rtl", "ltr"));
      assertThat(page.answer().locator("del")).hasText("gone");
      assertThat(page.answer()).containsText("From 100~200,");
      assertThat(page.answer().locator("task-box")).hasText(new String[] {"☐", "☑"});
      assertThat(page.answer().locator("a[href='https://a.example/m.png']"))
          .hasText("[image: A map]");
      Object ids =
          page.page().evaluate("() => [...document.querySelectorAll('[id]')].map(it => it.id)");
      assertThat((List<?>) ids).doesNotHaveDuplicates();
      page.answer().locator("foot-ref a").last().click();
      assertThat(page.answer().locator("foot-note a").last()).isFocused();
      page.page().keyboard().press("Enter");
      assertThat(page.answer().locator("foot-ref a").last()).isFocused();
      picture(page, "rest");
      page.reload();
      assertThat(page.answer().locator("foot-ref a")).hasCount(2);
      assertThat(page.answer().locator("foot-note")).hasCount(2);
    }
  }

  @Test
  void onPaperIsTheWholeChatAndNothingElse() throws Exception {
    String prompt = "What belongs on paper?";
    String chat =
        chat(
            prompt,
            "Begin.\n\n"
                + "A paragraph of the brook.\n\n".repeat(80)
                + FORMULAS
                + TABLE
                + "\n```java\nint wide = 1; // "
                + "brook ".repeat(40)
                + "\n```\n\n"
                + REST
                + "\nThe end.");
    Browser.NewContextOptions dark =
        new Browser.NewContextOptions().setViewportSize(1280, 800).setColorScheme(ColorScheme.DARK);
    try (BrowserVisitor visitor = stage.visitor(stage.scripted(), dark)) {
      BrowserPage page = visitor.openChat(chat);
      assertThat(page.answer().locator(".code-head")).isVisible();
      page.page().emulateMedia(new Page.EmulateMediaOptions().setMedia(Media.PRINT));
      for (String hidden :
          List.of(
              "prompt",
              "send",
              "chat-list",
              "copy",
              "copy-code",
              "branch",
              "delete-chat",
              "model",
              "skip",
              "menu",
              "latest")) {
        assertThat(page.page().getByTestId(hidden).first()).isHidden();
      }
      assertThat(page.page().getByTestId("speaker"))
          .hasText(new String[] {"You", BrowserStage.SCRIPTED_MODEL});
      Locator scroller = page.page().getByTestId("scroller");
      assertThat(number(scroller, "it.scrollHeight - it.clientHeight")).isEqualTo(0);
      assertThat(page.page().evaluate("() => getComputedStyle(document.body).backgroundColor"))
          .isEqualTo("rgb(252, 252, 250)");
      page.page()
          .screenshot(
              new Page.ScreenshotOptions()
                  .setFullPage(true)
                  .setPath(PICTURES.resolve("look_print.png")));
      byte[] pdf = page.page().pdf(new Page.PdfOptions().setFormat("A4"));
      Files.createDirectories(PICTURES);
      Files.write(PICTURES.resolve("look_paper.pdf"), pdf);
      String raw = new String(pdf, java.nio.charset.StandardCharsets.ISO_8859_1);
      assertThat(raw.split("/Type /Page\\b(?!s)", -1).length - 1).isGreaterThan(3);
    }
  }

  @Test
  void onPaperTheHeadsOfNarrowColumnsStayWhole() throws Exception {
    String wrapped = "a text that goes on and on until it has to be wrapped somewhere";
    String chat =
        chat(
            "Which columns are narrow?",
            "| Name | Value | "
                + wrapped
                + " | Notes | Fifth | Sixth |\n|---|--:|---|---|---|---|\n"
                + "| a | 1 | "
                + wrapped
                + " | x | y | z |\n");
    try (BrowserVisitor visitor = stage.visitor(stage.scripted())) {
      BrowserPage page = visitor.openChat(chat);
      page.page().emulateMedia(new Page.EmulateMediaOptions().setMedia(Media.PRINT));
      page.page().setViewportSize(700, 900);
      Locator heads = page.answer().locator("th");
      assertThat(heads).hasCount(6);
      for (int column : new int[] {0, 1, 3, 4, 5}) {
        assertThat(number(heads.nth(column), LINES)).as("column " + column).isEqualTo(1);
      }
      assertThat(fits(page)).isTrue();
    }
  }

  private static final String LINES =
      "(() => { const all = document.createRange(); all.selectNodeContents(it);"
          + " return all.getClientRects().length; })()";

  @Test
  void aTextIsSentOnce() throws Exception {
    String prompt = "What is sent once?";
    String answer = "Once-and-only " + "brook ".repeat(50);
    String chat = chat(prompt, answer);
    try (BrowserVisitor visitor = stage.visitor(stage.scripted())) {
      BrowserPage page = visitor.open("/");
      String base = stage.scripted().server().base().toString();
      List<String> sent = new java.util.concurrent.CopyOnWriteArrayList<>();
      page.page().context().onResponse(it -> sent.add(it.url()));
      page.page().waitForResponse("**/chat/*", () -> page.page().navigate(base + "/c/" + chat));
      assertThat(sent)
          .filteredOn(it -> it.contains("/chat/" + chat))
          .containsOnly(stage.scripted().server().base() + "/chat/" + chat + "?content=none");
      assertThat(stage.scripted().http().get("/chat/" + chat + "?content=none").body())
          .contains("\"state\":\"done\"")
          .doesNotContain("Once-and-only")
          .doesNotContain(prompt);

      String second = "And now?";
      stage.script().to(second).say("Now as well.").end();
      page.ask(second);
      assertThat(page.messages()).hasCount(4);
      page.await("done");
      page.page()
          .waitForResponse(
              it -> it.url().contains("?content=none"),
              () -> page.page().evaluate("() => dispatchEvent(new Event('focus'))"));
      assertThat(page.messages()).hasCount(4);
      assertThat(sent).filteredOn(it -> it.matches(".*/chat/[0-9a-f-]{36}(\\?from.*)?")).isEmpty();

      // Copying needs the text as it was written, which is fetched then and only then.
      page.page().context().grantPermissions(List.of("clipboard-read", "clipboard-write"));
      page.page().getByTestId("copy").first().click();
      assertThat(page.page().getByTestId("copy").first()).hasText("Copied");
      assertThat(page.page().evaluate("() => navigator.clipboard.readText()")).isEqualTo(answer);
      assertThat(sent).filteredOn(it -> it.contains("limit=1")).hasSize(1);
    }
  }

  @Test
  void aPartOfAChatCanBeAskedFor() throws Exception {
    Http http = stage.scripted().http();
    String chat = chat("Which part?", "This one.");
    var messages = stage.scripted().client().messages(chat);
    String answer = messages.getLast().path("id").asString();
    var part = http.get("/chat/" + chat + "?from=" + answer + "&limit=1").json().path("messages");
    assertThat(part.size()).isEqualTo(1);
    assertThat(part.get(0).path("content").asString()).isEqualTo("This one.");
    String unknown = "00000000-0000-7000-8000-000000000000";
    assertThat(http.get("/chat/" + chat + "?from=" + unknown).json().path("messages").size())
        .isEqualTo(2);
    for (Map.Entry<String, String> wrong :
        Map.of("content", "all", "from", "x", "limit", "0").entrySet()) {
      var refused = http.get("/chat/" + chat + "?" + wrong.getKey() + "=" + wrong.getValue());
      assertThat(refused.status()).isEqualTo(400);
      assertThat(refused.message()).startsWith(wrong.getKey() + " must be");
    }
  }
}
