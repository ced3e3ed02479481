package dev.everbrook.server.testing.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.ConsoleMessage;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/**
 * One person's browser, with a memory and connections of its own. Closing it fails if any of its
 * pages complained, showed a dialog, broke the content security policy or asked another origin.
 */
public final class BrowserVisitor implements AutoCloseable {

  private final URI base;
  private final BrowserContext context;
  private final List<String> wrongs = new ArrayList<>();
  private boolean mayFail;

  private BrowserVisitor(URI base, BrowserContext context) {
    this.base = base;
    this.context = context;
  }

  public static BrowserVisitor of(Browser browser, URI base, Browser.NewContextOptions options) {
    BrowserVisitor visitor = new BrowserVisitor(base, browser.newContext(options));
    visitor.context.setDefaultTimeout(BrowserStage.PATIENCE_MS);
    visitor.watch();
    return visitor;
  }

  private void watch() {
    context.onConsoleMessage(this::heard);
    context.onWebError(error -> wrongs.add("uncaught: " + error.error()));
    context.onRequest(request -> {
      if (!request.url().startsWith(base + "/") && !request.url().startsWith("data:")) {
        wrongs.add("asked another origin: " + request.url());
      }
    });
    context.onDialog(dialog -> {
      wrongs.add("a dialog: " + dialog.message());
      dialog.dismiss();
    });
  }

  private void heard(ConsoleMessage message) {
    boolean refused = message.text().startsWith("Failed to load resource");
    if (message.type().equals("error") && !(mayFail && refused)) {
      wrongs.add("console: " + message.text() + " at " + message.location());
    }
  }

  /** From here on requests may be refused or break: the browser itself complains about those. */
  public BrowserVisitor expectingFailures() {
    mayFail = true;
    return this;
  }

  /** Opens another tab. */
  public BrowserPage open(String path) {
    BrowserPage page = new BrowserPage(context.newPage());
    page.page().navigate(base + path);
    return page;
  }

  public BrowserPage openChat(String chat) {
    return open("/c/" + chat);
  }

  @Override
  public void close() {
    context.close();
    assertThat(wrongs).as("what must not happen on a page").isEmpty();
  }
}
