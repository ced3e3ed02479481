/**
 * What the product promises, tried from outside: against processes that are killed, stopped and
 * crowded, over plain HTTP.
 *
 * <p>The server under test is another JVM, and the simulated provider runs in the test's own, so
 * that it survives and can bear witness. A test sees the inside of the server only where a bound
 * must be made small or a database refused, and says so.
 *
 * <p>One package for each idea: {@code wire} (the dialects), {@code edge} (bounds and strange
 * clients), {@code browser} (the page), {@code work} (queues and workers), {@code failures} (what
 * dies or hangs), {@code settings}. Start reading at {@link dev.everbrook.server.testing.Scene}.
 */
@NullMarked
package dev.everbrook.server.acceptance;

import org.jspecify.annotations.NullMarked;
