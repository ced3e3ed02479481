/**
 * What the product promises, tried from outside: against processes that are killed, stopped and
 * crowded, over plain HTTP.
 *
 * <p>The server under test is always another JVM; the simulated provider runs in the test's own, so
 * that it survives and can bear witness. Nothing here sees the inside of the server.
 *
 * <p>Start reading at {@link dev.everbrook.server.acceptance.Scene}.
 */
@NullMarked
package dev.everbrook.server.acceptance;

import org.jspecify.annotations.NullMarked;
