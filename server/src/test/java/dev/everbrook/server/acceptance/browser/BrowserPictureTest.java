package dev.everbrook.server.acceptance.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ScreenshotAnimations;
import dev.everbrook.server.testing.ChatClient;
import dev.everbrook.server.testing.Scene;
import dev.everbrook.server.testing.browser.BrowserPage;
import dev.everbrook.server.testing.browser.BrowserScript;
import dev.everbrook.server.testing.browser.BrowserStage;
import dev.everbrook.server.testing.browser.BrowserVisitor;
import dev.everbrook.server.testing.browser.InBrowser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The picture in README.md, taken of an answer that is being written. {@code ./test
 * -Deverbrook.picture=true -Dtest=BrowserPictureTest} takes it anew; else it is only looked at.
 */
@InBrowser
final class BrowserPictureTest {

  private static final int BYTES_MAX = 200_000;
  private static final String PROMPT = "How do I read a huge file in Java?";
  private static final String ANSWER =
      """
      ## Read it line by line

      `Files.readAllLines` puts the whole file into memory. `Files.lines` gives you a lazy stream \
      instead, so only the current line is held:

      ```java
      try (Stream<String> lines = Files.lines(Path.of("access.log"))) {
        long errors = lines
            .filter(line -> line.contains(" 500 "))
            .count();
        System.out.println(errors + " requests failed");
      }
      ```

      Three things to keep in mind:

      1. **Close it.** The stream holds an open file; `try` with resources gives it back.
      2. **Do not collect it.** `toList()` would bring back the problem you came with.
      3. **Binary data has no lines.** Take a `FileChannel` and a buffer of\
      """;

  private final BrowserStage stage;

  BrowserPictureTest(BrowserStage stage) {
    this.stage = stage;
  }

  @Test
  void anAnswerBeingWrittenIsWorthAPicture() throws Exception {
    BrowserScript model = BrowserScript.start();
    try (model;
        Scene scene =
            Scene.within(told -> told.withModel(model.baseUrl(), BrowserStage.SCRIPTED_MODEL));
        BrowserVisitor visitor = stage.visitor(scene)) {
      for (String earlier :
          List.of(
              "A packing list for a week of sailing",
              "Explain transaction isolation levels",
              "Draft a reply to the landlord")) {
        model.to(earlier).say("Gladly.").end();
        ChatClient.Begun begun = scene.client().begin(earlier);
        assertThat(scene.client().whole(begun.stream()).text()).isEqualTo("Gladly.");
      }
      BrowserPage page = visitor.open("/").ask(PROMPT);
      for (String token : ANSWER.splitWithDelimiters("(?<= )", 0)) {
        model.to(PROMPT).say(token);
      }
      assertThat(page.answers("message-body").locator("h2")).hasText("Read it line by line");
      assertThat(page.answers("message-body").locator("ol > li")).hasCount(3);
      assertThat(page.answers("message-body").locator("li").last()).containsText("a buffer of");
      assertThat(page.page().locator(".hljs-keyword").first()).isVisible();
      assertThat(page.page().getByTestId("chat-link")).hasCount(4);
      assertThat(page.answers("stop")).isVisible();
      byte[] picture = take(page);
      assertThat(picture).hasSizeLessThan(BYTES_MAX);
      if (Boolean.getBoolean("everbrook.picture")) {
        Path file = Path.of(System.getProperty("everbrook.root"), "docs", "everbrook.png");
        Files.createDirectories(file.getParent());
        Files.write(file, picture);
      }
      model.to(PROMPT).say(" a few kilobytes.").end();
      page.await("done");
    }
  }

  private static byte[] take(BrowserPage page) {
    return page.page()
        .screenshot(new Page.ScreenshotOptions().setAnimations(ScreenshotAnimations.DISABLED));
  }
}
