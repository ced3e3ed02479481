package dev.everbrook.server.acceptance;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import java.util.regex.Pattern;

/** One tab with a chat in it, by what a person sees and does there. */
record BrowserPage(Page page) {

  private static final int POLL_MS = 40;
  private static final Pattern ADDRESS = Pattern.compile(".*/c/[0-9a-f-]{36}");

  /** The words of the last answer, block by block, without what the page adds to them. */
  private static final String SHOWN =
      """
      () => {
        const body = [...document.querySelectorAll('chat-message[data-role="assistant"] [data-part="body"]')].at(-1);
        if (!body) return "";
        const copy = body.cloneNode(true);
        for (const head of copy.querySelectorAll(".code-head")) head.remove();
        return [...copy.childNodes].map((block) => block.textContent.trim()).filter(Boolean).join("\\n");
      }
      """;

  BrowserPage ask(String prompt) {
    write(prompt);
    prompt().press("Enter");
    return this;
  }

  BrowserPage write(String prompt) {
    prompt().fill(prompt);
    return this;
  }

  Locator prompt() {
    return page.getByTestId("prompt");
  }

  Locator send() {
    return page.getByTestId("send");
  }

  Locator messages() {
    return page.locator("chat-message");
  }

  /** The last answer. */
  Locator answer() {
    return page.locator("chat-message[data-role=assistant]").last();
  }

  /** A part of the last answer, by its test id. */
  Locator answers(String testId) {
    return answer().getByTestId(testId);
  }

  /** Waits until the last answer stands so: done, failed, cancelled … */
  BrowserPage await(String state) {
    assertThat(answer()).hasAttribute("data-state", state);
    return this;
  }

  String state() {
    return answer().getAttribute("data-state");
  }

  String shown() {
    return (String) page.evaluate(SHOWN);
  }

  /** Waits until so many characters of the last answer are shown. */
  BrowserPage awaitShown(int chars) {
    page.waitForFunction(
        "least => (" + SHOWN.strip() + ")().length >= least",
        chars,
        new Page.WaitForFunctionOptions().setPollingInterval(POLL_MS));
    return this;
  }

  /** Waits until the last answer has grown by at least so many characters, while it is open. */
  BrowserPage awaitGrowth(int chars) {
    awaitShown(shown().length() + chars);
    if (!state().equals("streaming")) {
      throw new AssertionError("the answer has ended before it was seen to grow: " + state());
    }
    return this;
  }

  /** The id of the chat, once its address tells. */
  String chat() {
    page.waitForURL(ADDRESS);
    return page.url().replaceFirst(".*/c/", "");
  }

  BrowserPage reload() {
    page.reload();
    return this;
  }

  /** A text without white space: what is left of it when it is drawn. */
  static String bare(String text) {
    return text.replaceAll("\\s+", "");
  }
}
