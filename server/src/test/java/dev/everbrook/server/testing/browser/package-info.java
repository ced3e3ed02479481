/**
 * A real browser for tests: visitors, their pages, and a provider that speaks when a test says so.
 *
 * <p>Holds no tests. Start reading at {@link dev.everbrook.server.testing.browser.BrowserStage}.
 */
@NullMarked
package dev.everbrook.server.testing.browser;

import org.jspecify.annotations.NullMarked;
