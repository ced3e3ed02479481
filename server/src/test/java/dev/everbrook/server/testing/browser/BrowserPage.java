package dev.everbrook.server.testing.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import java.util.List;
import java.util.regex.Pattern;

/** One tab with a chat in it, by what a person sees and does there. */
public record BrowserPage(Page page) {

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

  private static final String NOTE_STATUS =
      """
      () => {
        window.said = [];
        const status = document.querySelector('[data-part="status"]');
        new MutationObserver(() => window.said.push(status.textContent)).observe(status, { childList: true });
      }
      """;

  public BrowserPage ask(String prompt) {
    write(prompt);
    prompt().press("Enter");
    return this;
  }

  public BrowserPage write(String prompt) {
    prompt().fill(prompt);
    return this;
  }

  public Locator prompt() {
    return page.getByTestId("prompt");
  }

  public Locator send() {
    return page.getByTestId("send");
  }

  public Locator messages() {
    return page.locator("chat-message");
  }

  /** The last answer. */
  public Locator answer() {
    return page.locator("chat-message[data-role=assistant]").last();
  }

  /** A part of the last answer, by its test id. */
  public Locator answers(String testId) {
    return answer().getByTestId(testId);
  }

  /** Waits until the last answer stands so: done, failed, cancelled … */
  public BrowserPage await(String state) {
    assertThat(answer()).hasAttribute("data-state", state);
    return this;
  }

  /** Notes what a screen reader is told, from now on. */
  public void noteStatus() {
    page.evaluate(NOTE_STATUS);
  }

  /** What a screen reader was told since {@link #noteStatus}. */
  public List<?> statuses() {
    return (List<?>) page.evaluate("() => window.said.filter(Boolean)");
  }

  public String state() {
    return answer().getAttribute("data-state");
  }

  public String shown() {
    return (String) page.evaluate(SHOWN);
  }

  /** Waits until so many characters of the last answer are shown. */
  public BrowserPage awaitShown(int chars) {
    page.waitForFunction(
        "least => (" + SHOWN.strip() + ")().length >= least",
        chars,
        new Page.WaitForFunctionOptions().setPollingInterval(POLL_MS));
    return this;
  }

  /** Waits until the last answer has grown by at least so many characters, while it is open. */
  public BrowserPage awaitGrowth(int chars) {
    awaitShown(shown().length() + chars);
    if (!state().equals("streaming")) {
      throw new AssertionError("the answer has ended before it was seen to grow: " + state());
    }
    return this;
  }

  /** The id of the chat, once its address tells. */
  public String chat() {
    page.waitForURL(ADDRESS);
    return page.url().replaceFirst(".*/c/", "");
  }

  public BrowserPage reload() {
    page.reload();
    return this;
  }

  /** A text without white space: what is left of it when it is drawn. */
  public static String bare(String text) {
    return text.replaceAll("\\s+", "");
  }
}
