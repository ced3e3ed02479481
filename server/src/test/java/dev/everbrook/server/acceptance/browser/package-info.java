/**
 * The page in a real browser, by what a person sees and does there.
 *
 * <p>All classes share one Chromium and two servers and run one after the other. Start reading at
 * {@link dev.everbrook.server.acceptance.browser.BrowserFirstLightTest}.
 */
@NullMarked
package dev.everbrook.server.acceptance.browser;

import org.jspecify.annotations.NullMarked;
