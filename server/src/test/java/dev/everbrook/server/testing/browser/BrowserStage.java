package dev.everbrook.server.testing.browser;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import dev.everbrook.server.testing.Scene;
import dev.everbrook.server.testing.SharedScene;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a browser test class has for itself: one Chromium, the {@link SharedScene} with simulated
 * models, and a server before the {@link BrowserScript}, which begins when it is first asked for.
 * Playwright serves one thread at a time.
 */
public final class BrowserStage implements AutoCloseable {

  /** The model that the page names when the {@link BrowserScript} speaks. */
  public static final String SCRIPTED_MODEL = "brook-8b";

  /** How long anything may take that a page is waited for. */
  public static final int PATIENCE_MS = 30_000;

  private static final List<String> BROWSERS =
      List.of(
          "chromium-headless-shell",
          "chromium",
          "chromium-browser",
          "google-chrome",
          "google-chrome-stable");
  private static final List<String> ARGUMENTS =
      List.of(
          "--no-sandbox",
          "--disable-gpu",
          "--disable-quic",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          // Playwright's own list, which this replaces, and the process held ready for a next tab.
          "--disable-features=AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,"
              + "DialMediaRouteProvider,GlobalMediaControls,HttpsUpgrades,LensOverlay,MediaRouter,"
              + "PaintHolding,ThirdPartyStoragePartitioning,Translate,OptimizationHints,"
              + "SpareRendererForSitePerProcess",
          "--disable-sync");

  private final Playwright playwright;
  private final Browser browser;
  private final Scene simulated;
  private @Nullable Scene scripted;
  private @Nullable BrowserScript script;

  private BrowserStage(Scene simulated, Playwright playwright, Browser browser) {
    this.simulated = simulated;
    this.playwright = playwright;
    this.browser = browser;
  }

  /**
   * Starts the browser.
   *
   * @throws IllegalStateException if there is none, or no Node to speak to it; says what to install
   */
  static BrowserStage open(Scene simulated) {
    Path node = found("PLAYWRIGHT_NODEJS_PATH", List.of("node"), "Node 20 or later");
    Path chromium = found("EVERBROOK_CHROMIUM", BROWSERS, "Chromium");
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.put("PLAYWRIGHT_NODEJS_PATH", node.toString());
    environment.put("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE_MS);
    Playwright playwright = Playwright.create(new Playwright.CreateOptions().setEnv(environment));
    Browser browser =
        playwright
            .chromium()
            .launch(new BrowserType.LaunchOptions().setExecutablePath(chromium).setArgs(ARGUMENTS));
    return new BrowserStage(simulated, playwright, browser);
  }

  private static Path found(String name, List<String> programs, String what) {
    String named = System.getenv().getOrDefault(name, "");
    Optional<Path> there =
        named.isEmpty()
            ? programs.stream().flatMap(BrowserStage::onPath).findFirst()
            : Optional.of(Path.of(named)).filter(Files::isExecutable);
    return there.orElseThrow(() ->
        new IllegalStateException(
            "the browser tests need "
                + what
                + " and found none: install it, or set "
                + name
                + " to its path (./test does both where it can)"));
  }

  private static Stream<Path> onPath(String program) {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable);
  }

  public Browser browser() {
    return browser;
  }

  /** The shared server before simulated models; each prompt may choose its own. */
  public Scene scene() {
    return simulated;
  }

  /** A server whose model says what the {@link #script} has for it. */
  public Scene scripted() throws Exception {
    if (scripted == null) {
      BrowserScript before = script();
      scripted = Scene.within(told -> told.withModel(before.baseUrl(), SCRIPTED_MODEL));
    }
    return scripted;
  }

  public BrowserScript script() throws IOException {
    if (script == null) {
      script = BrowserScript.start();
    }
    return script;
  }

  /** Someone with a device of their own, at the server before simulated models. */
  public BrowserVisitor visitor() throws Exception {
    return visitor(scene());
  }

  public BrowserVisitor visitor(Scene scene) throws InterruptedException {
    return visitor(scene, new Browser.NewContextOptions().setViewportSize(1280, 800));
  }

  public BrowserVisitor visitor(Scene scene, Browser.NewContextOptions options)
      throws InterruptedException {
    return BrowserVisitor.of(browser, scene.server().base(), options);
  }

  @Override
  public void close() throws IOException {
    playwright.close();
    if (scripted != null) {
      scripted.close();
    }
    if (script != null) {
      script.close();
    }
  }
}
